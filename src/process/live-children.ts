// The process groups that run now, so that they end when we do.

export interface LiveChildren {
  add(child: LiveChild): void;
  remove(child: LiveChild): void;
}

export interface LiveChild {
  /** Ends the whole group, at once and without waiting. */
  end(): void;
}

const deadlySignals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Ends the children when this process exits or dies of a signal. A signal that someone else listens to is theirs to
 * act on. The listeners are there only while children are: one of each, however many children.
 */
export function liveChildren(self: NodeJS.Process): LiveChildren {
  const children = new Set<LiveChild>();
  const endAll = (): void => {
    for (const child of children) child.end();
  };
  const die = (signal: NodeJS.Signals): void => {
    if (self.listenerCount(signal) > 1) return;
    endAll();
    self.removeListener(signal, die);
    self.kill(self.pid, signal);
  };
  return {
    add(child) {
      if (children.size === 0) {
        self.on("exit", endAll);
        for (const signal of deadlySignals) self.on(signal, die);
      }
      children.add(child);
    },
    remove(child) {
      if (!children.delete(child) || children.size > 0) return;
      self.removeListener("exit", endAll);
      for (const signal of deadlySignals) self.removeListener(signal, die);
    },
  };
}
