import { useSyncExternalStore } from 'react';

/** What goes on in the background, for the header: how many files are on their way and how far they are. */
export type Activity = { files: number; share: number };

/** Files on their way, in bytes. */
export type Traffic = { files: number; sizeBytes: number; sentBytes: number };

/** A value that pages can watch. */
export class Watched<T> {
  #value: T;
  readonly #listeners = new Set<() => void>();

  constructor(value: T) {
    this.#value = value;
  }

  get = (): T => this.#value;

  set(value: T): void {
    this.#value = value;
    for (const listener of this.#listeners) listener();
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
}

/** What all who send files do together. */
class Activities extends Watched<Activity> {
  readonly #senders = new Map<string, Traffic>();

  /** Says how far the files of one sender are. */
  report(sender: string, traffic: Traffic): void {
    this.#senders.set(sender, traffic);
    const all = [...this.#senders.values()];
    const sum = (value: (traffic: Traffic) => number) => all.reduce((total, one) => total + value(one), 0);
    const size = sum(({ sizeBytes }) => sizeBytes);
    this.set({
      files: sum(({ files }) => files),
      share: size > 0 ? sum(({ sentBytes }) => sentBytes) / size : 0,
    });
  }
}

export const activity = new Activities({ files: 0, share: 0 });

/** Re-renders when a watched value changes. */
export function useWatched<T>(watched: Pick<Watched<T>, 'get' | 'subscribe'>): T {
  return useSyncExternalStore(watched.subscribe, watched.get);
}
