// Channel table: which channels are listened to, and what has to be said to the venue about it.
// Changes of one turn are gathered into few frames, because a venue limits how often and how much
// it is told at once.

/** Frames stay below the 32 kB that venues take. */
const frameBytesMax = 30_000;

export class ChannelTable {
  readonly #listeners = new Map<string, Set<(data: unknown) => void>>();
  readonly #added = new Set<string>();
  readonly #removed = new Set<string>();
  readonly #onChange: () => void;

  /** `onChange` is called when there is something new to tell, perhaps many times. */
  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  /** Listens to a channel; returns how to stop. */
  add(channel: string, listener: (data: unknown) => void): () => void {
    let listeners = this.#listeners.get(channel);
    if (listeners === undefined) {
      listeners = new Set();
      this.#listeners.set(channel, listeners);
      this.#added.add(channel);
      this.#onChange();
    }
    // A function of its own, so that the same listener may be added twice.
    const own = (data: unknown): void => listener(data);
    listeners.add(own);
    return () => {
      if (listeners.delete(own) && listeners.size === 0) {
        this.#listeners.delete(channel);
        this.#added.delete(channel);
        this.#removed.add(channel);
        this.#onChange();
      }
    };
  }

  tell(channel: string, data: unknown): void {
    for (const listener of this.#listeners.get(channel) ?? []) {
      listener(data);
    }
  }

  /** Asks for a channel's beginning anew. */
  renew(channel: string): void {
    if (this.#listeners.has(channel)) {
      this.#removed.add(channel);
      this.#added.add(channel);
      this.#onChange();
    }
  }

  /** What to unsubscribe and then subscribe since the last call, in frames. */
  takeChanges(): { readonly gone: string[][]; readonly wanted: string[][] } {
    const gone = framesOf([...this.#removed]);
    const wanted = framesOf([...this.#added]);
    this.#removed.clear();
    this.#added.clear();
    return { gone, wanted };
  }

  /** Everything listened to, in frames, for a new connection; nothing else is left to tell. */
  takeAll(): string[][] {
    this.#removed.clear();
    this.#added.clear();
    return framesOf([...this.#listeners.keys()]);
  }
}

const framesOf = (channels: readonly string[]): string[][] => {
  const frames: string[][] = [];
  let bytes = frameBytesMax;
  for (const channel of channels) {
    bytes += channel.length + 3;
    if (bytes > frameBytesMax) {
      frames.push([]);
      bytes = channel.length + 3;
    }
    (frames[frames.length - 1] as string[]).push(channel);
  }
  return frames;
};
