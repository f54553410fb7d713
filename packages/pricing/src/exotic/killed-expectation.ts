/**
 * Expectations of powers of a lognormal price over an interval, of all paths, of those reflected
 * at a barrier, and of those that stay between two barriers: the one building block of barriers,
 * touches and their binary kin. Exponents are joined before they are raised, so that no factor
 * overflows while another vanishes.
 * Source: Karatzas and Shreve (1991), Brownian Motion and Stochastic Calculus, section 2.8
 * (reflection and images); Cox and Miller (1965), The Theory of Stochastic Processes, section 5.7
 * (the sine series).
 */
import { cos, exp, millsRatio, sin } from '@openstrike/std';

const PI = 3.141592653589793;

/** Drift and deviation of the logarithm of the price over the whole time. */
export type LogPath = {
  /** Logarithm of the price now. */
  readonly start: number;
  /** Mean of its change: (rate - yield - volatility^2 / 2) T. */
  readonly drift: number;
  /** Standard deviation of its change. Domain: above 0. */
  readonly deviation: number;
};

/** exp(power) N(d), the exponents joined: finite wherever the product is. */
export function scaledNormCdf(power: number, d: number): number {
  return d < 0 ? exp(power - 0.5 * d * d) * millsRatio(-d) : exp(power) - upper(power, d);
}

function upper(power: number, d: number): number {
  return exp(power - 0.5 * d * d) * millsRatio(d);
}

/** exp(power) (N(high) - N(low)), taken on the side where the tails are small. */
function scaledInterval(power: number, low: number, high: number): number {
  if (!(high > low)) {
    return 0;
  }
  if (low > 0) {
    return upper(power, low) - (high < Number.POSITIVE_INFINITY ? upper(power, high) : 0);
  }
  const above = high < Number.POSITIVE_INFINITY ? scaledNormCdf(power, high) : exp(power);
  return above - (low > Number.NEGATIVE_INFINITY ? scaledNormCdf(power, low) : 0);
}

/** E[S^p] over the paths that end with a logarithm between low and high. */
export function freePower(path: LogPath, p: number, low: number, high: number): number {
  const { start, drift, deviation } = path;
  const centre = start + drift + p * deviation * deviation;
  const power = p * (start + drift) + 0.5 * p * p * deviation * deviation;
  return scaledInterval(power, (low - centre) / deviation, (high - centre) / deviation);
}

/**
 * E[S^p] over the paths that touch a barrier and end between low and high, both on the side of the
 * barrier where the path starts.
 */
export function reflectedPower(
  path: LogPath,
  barrier: number,
  p: number,
  low: number,
  high: number,
): number {
  const { start, drift, deviation } = path;
  const square = deviation * deviation;
  const mirrored = 2 * barrier - start;
  const centre = mirrored + drift + p * square;
  const power =
    (2 * (barrier - start) * drift) / square + p * (mirrored + drift) + 0.5 * p * p * square;
  return scaledInterval(power, (low - centre) / deviation, (high - centre) / deviation);
}

/** The pieces of E[S^p] over paths that stay between floor and ceiling and end in an interval. */
type Corridor = {
  readonly floor: number;
  readonly ceiling: number;
  readonly p: number;
  readonly low: number;
  readonly high: number;
  /** A factor, as its logarithm, joined to the exponents; 0 where absent. */
  readonly offset?: number;
};

/**
 * E[S^p] over the paths that stay between floor and ceiling and end between low and high, all
 * logarithms. Images serve corridors wide against the deviation, sines narrow ones.
 */
export function corridorPower(path: LogPath, corridor: Corridor): number {
  const width = corridor.ceiling - corridor.floor;
  if (!(corridor.high > corridor.low)) {
    return 0;
  }
  return path.deviation < 0.7 * width
    ? corridorByImages(path, corridor)
    : corridorBySines(path, corridor);
}

/** The same by images in both barriers, alone. */
export function corridorByImages(path: LogPath, corridor: Corridor): number {
  const { start, drift, deviation } = path;
  const { floor, ceiling, p, low, high, offset = 0 } = corridor;
  const width = ceiling - floor;
  const square = deviation * deviation;
  const tilt = drift / square;
  const moved = drift + p * square;
  const last = Math.ceil((8.5 * deviation) / (2 * width)) + 2;
  // What a path from an image is worth, times what its drift makes of the way there.
  const from = (image: number): number => {
    const power = offset + tilt * (image - start) + p * (image + drift) + 0.5 * p * p * square;
    const centre = image + moved;
    return scaledInterval(power, (low - centre) / deviation, (high - centre) / deviation);
  };
  // Where the drift carries images to the interval, those count, and always the start's own.
  const middle = Math.round((0.5 * (low + high) - start - moved) / (2 * width));
  let sum = 0;
  for (let n = middle - last; n <= middle + last; n++) {
    sum += from(start + 2 * n * width) - from(2 * floor - start + 2 * n * width);
  }
  if (middle - last > 0 || middle + last < 0) {
    sum += from(start) - from(2 * floor - start) - from(2 * ceiling - start);
  }
  return Math.max(0, sum);
}

/** The same by the sine series, alone. */
export function corridorBySines(path: LogPath, corridor: Corridor): number {
  const { start, drift, deviation } = path;
  const { floor, ceiling, p, low, high, offset = 0 } = corridor;
  const width = ceiling - floor;
  const square = deviation * deviation;
  const tilt = drift / square;
  const theta = p + tilt;
  const last = Math.ceil((9 * width) / (PI * deviation)) + 2;
  const power = offset + p * start - 0.5 * tilt * drift;
  let sum = 0;
  for (let k = 1; k <= last; k++) {
    const wave = (k * PI) / width;
    const at = (y: number): number =>
      exp(power + theta * (y - start)) *
      (theta * sin(wave * (y - floor)) - wave * cos(wave * (y - floor)));
    const area = (at(high) - at(low)) / (theta * theta + wave * wave);
    sum += exp(-0.5 * wave * wave * square) * sin(wave * (start - floor)) * area;
  }
  return Math.max(0, (2 * sum) / width);
}
