# shellcheck shell=sh
# Brings a directory to a commit of a repository. Runs on the target.
#   $1 directory   $2 shallow   $3 fetch always   $4 url   $5 ref   from $6 on: patterns that cleaning leaves alone
set -eu
path=$1 shallow=$2 fetch_always=$3 url=$4 ref=$5
shift 5

case $ref in
  '' | -*)
    printf 'error: %s: this is no ref: %s\n' "$path" "$ref" >&2
    exit 1
    ;;
esac

# What is no repository, or somebody else's behind a link, was another type of source earlier.
if [ -L "$path" ] || [ ! -e "$path/.git" ]; then rm -rf -- "$path"; fi
if [ ! -e "$path" ]; then
  if [ "$shallow" = true ]; then git init -- "$path"; else git clone --recurse-submodules -- "$url" "$path"; fi
fi
cd -- "$path"
if ! known_url=$(git config remote.origin.url); then
  git remote add -- origin "$url"
elif [ "$known_url" != "$url" ]; then
  git remote set-url -- origin "$url"
fi

# commit_of NAME: the hash of the commit, or nothing.
commit_of() {
  git rev-parse --verify --quiet "$1^{commit}" || :
}

# The commit that the ref means as far as is known here, if asking the repository anew could not make it another:
# a hash, or a tag.
known_commit() {
  case $ref in
    *[!0-9a-f]*) ;;
    *)
      found=$(commit_of "$ref")
      case $found in
        "$ref"*)
          printf '%s\n' "$found"
          return
          ;;
      esac
      ;;
  esac
  commit_of "refs/tags/$ref"
}

# The same after asking: a tag, a branch, or whatever else git makes of it.
fetched_commit() {
  for name in "refs/tags/$ref" "refs/remotes/origin/$ref" "$ref"; do
    found=$(commit_of "$name")
    [ -z "$found" ] || break
  done
  printf '%s\n' "$found"
}

commit=
[ "$fetch_always" = true ] || commit=$(known_commit)
if [ -z "$commit" ]; then
  if [ "$shallow" = true ]; then
    git fetch --depth=1 origin "${ref#origin/}"
    commit=$(commit_of FETCH_HEAD)
  else
    git fetch --force --prune --tags origin "+refs/heads/*:refs/remotes/origin/*"
    commit=$(fetched_commit)
    if [ -z "$commit" ]; then
      # A commit that is on no branch, or a ref of another kind.
      git fetch origin "$ref"
      commit=$(commit_of FETCH_HEAD)
    fi
  fi
fi

git reset --hard "$commit"
git submodule sync --recursive --quiet
git submodule update --init --recursive

for pattern in "$@"; do
  shift
  set -- "$@" -e "$pattern"
done
git clean -dfx "$@"
