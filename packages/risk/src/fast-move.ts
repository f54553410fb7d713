// Fast move: whether a price has moved so far in so short a time that trading should go on in a
// call auction. Invariant: it looks at samples no older than its windows, and at no future ones.
// Source: risk reference section 5.

export interface MoveWindow {
  readonly seconds: number;
  /** As a fraction of the earlier price, in either direction. */
  readonly move: number;
  /** Samples are at least so far apart. */
  readonly everySeconds: number;
}

export interface FastMoveParameters {
  readonly windows: readonly MoveWindow[];
  /** How long a call auction takes. */
  readonly auctionSeconds: number;
}

/** 3 % in 10 seconds or 6 % in 5 minutes; 60 seconds of auction. */
export const recommendedFastMove: FastMoveParameters = {
  windows: [
    { seconds: 10, move: 0.03, everySeconds: 1 },
    { seconds: 300, move: 0.06, everySeconds: 10 },
  ],
  auctionSeconds: 60,
};

/** A price that was, and when. */
export interface PriceSample {
  readonly tsUs: number;
  readonly price: number;
}

/** The earlier samples that a window still looks at, and the present price when it is due. */
export const sampled = (
  samples: readonly PriceSample[],
  now: PriceSample,
  { seconds, everySeconds }: MoveWindow,
): readonly PriceSample[] => {
  const kept = samples.filter(({ tsUs }) => tsUs >= now.tsUs - seconds * 1e6);
  const last = kept.at(-1);
  const due = last === undefined || now.tsUs - last.tsUs >= everySeconds * 1e6;
  return due ? [...kept, now] : kept;
};

/** Whether the price now is too far from any sample of the window. */
export const movedFast = (
  samples: readonly PriceSample[],
  now: PriceSample,
  { seconds, move }: MoveWindow,
): boolean =>
  samples.some(
    ({ tsUs, price }) =>
      tsUs >= now.tsUs - seconds * 1e6 && Math.abs(now.price / price - 1) >= move,
  );
