/**
 * The Brownian bridge over equal steps: the first normal sets where the path ends, the next its
 * middle, and so on, so that the evenest coordinates of a point decide most of the path. Gives
 * normals of each step, of unit variance, as plain steps would.
 * Source: Moskowitz and Caflisch (1996), Smoothness and Dimension Reduction in Quasi-Monte Carlo
 * Methods; Glasserman (2003), Monte Carlo Methods in Financial Engineering, section 3.1.
 */

/** The order and weights of one bridge. */
export type BrownianBridge = {
  readonly steps: number;
  /** The step whose end is set, and the ends known before and after it. */
  readonly at: Int32Array;
  readonly before: Int32Array;
  readonly after: Int32Array;
  readonly beforeWeight: Float64Array;
  readonly afterWeight: Float64Array;
  readonly deviation: Float64Array;
};

/** The bridge of a number of equal steps of unit length. */
export function brownianBridge(steps: number): BrownianBridge {
  const at = new Int32Array(steps);
  const before = new Int32Array(steps);
  const after = new Int32Array(steps);
  const beforeWeight = new Float64Array(steps);
  const afterWeight = new Float64Array(steps);
  const deviation = new Float64Array(steps);
  at[0] = steps;
  deviation[0] = Math.sqrt(steps);
  const spans: (readonly [number, number])[] = [[0, steps]];
  let set = 1;
  for (let i = 0; i < spans.length; i++) {
    const [from, to] = spans[i] as readonly [number, number];
    if (to - from < 2) {
      continue;
    }
    const middle = (from + to) >> 1;
    at[set] = middle;
    before[set] = from;
    after[set] = to;
    beforeWeight[set] = (to - middle) / (to - from);
    afterWeight[set] = (middle - from) / (to - from);
    deviation[set] = Math.sqrt(((middle - from) * (to - middle)) / (to - from));
    set++;
    spans.push([from, middle], [middle, to]);
  }
  return { steps, at, before, after, beforeWeight, afterWeight, deviation };
}

/**
 * Turns normals, one per stride from offset on, into those of the steps.
 * Shape: path has room for steps + 1.
 */
export function bridgeNormals(
  bridge: BrownianBridge,
  normals: Float64Array,
  offset: number,
  stride: number,
  path: Float64Array,
  out: Float64Array,
): void {
  const { steps } = bridge;
  path[0] = 0;
  path[steps] = (bridge.deviation[0] as number) * (normals[offset] as number);
  for (let i = 1; i < steps; i++) {
    path[bridge.at[i] as number] =
      (bridge.beforeWeight[i] as number) * (path[bridge.before[i] as number] as number) +
      (bridge.afterWeight[i] as number) * (path[bridge.after[i] as number] as number) +
      (bridge.deviation[i] as number) * (normals[offset + i * stride] as number);
  }
  for (let i = 0; i < steps; i++) {
    out[i] = (path[i + 1] as number) - (path[i] as number);
  }
}
