# A small server: perl serve.pl PORT [DIRECTORY]
# With a directory it answers HTTP requests with the files below it; without one it accepts connections and ends them.
use strict;
use warnings;
use IO::Socket::INET;
use Socket qw(SO_RCVTIMEO);

# Clients come and go as they like, and some never say anything.
$SIG{PIPE} = "IGNORE";
my $five_seconds = pack("l!l!", 5, 0);

my ($port, $directory) = @ARGV;
my $listener = IO::Socket::INET->new(LocalPort => $port, Listen => 20, ReuseAddr => 1)
  or die "cannot listen on port $port: $!\n";

while (my $client = $listener->accept) {
  $client->sockopt(SO_RCVTIMEO, $five_seconds);
  if (defined $directory) {
    my $request = <$client> // "";
    while (defined(my $header = <$client>)) { last if $header =~ /^\r?$/ }
    my ($path) = $request =~ m{^GET (/[A-Za-z0-9._/-]*)};
    $path = "/index.html" if !defined $path || $path eq "/";
    my $file = "$directory$path";
    if ($path !~ m{\.\.} && -f $file && open(my $content, "<", $file)) {
      my $body = do { local $/; <$content> };
      print $client "HTTP/1.0 200 OK\r\nContent-Length: " . length($body) . "\r\n\r\n$body";
    } else {
      print $client "HTTP/1.0 404 Not Found\r\nContent-Length: 0\r\n\r\n";
    }
  }
  close $client;
}
