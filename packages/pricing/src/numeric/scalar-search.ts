/** Roots and minima of functions of one number, deterministic and bounded in cost. */

/**
 * A root of f between two points of opposite sign, by Brent's method; undefined without a change of
 * sign.
 * Units: the caller's. Domain: f is a number at every point between. Source: Brent (1973),
 * Algorithms for Minimization without Derivatives, chapter 4.
 */
export function findRoot(
  f: (x: number) => number,
  lower: number,
  upper: number,
  tolerance = 1e-14,
): number | undefined {
  let a = lower;
  let b = upper;
  let fa = f(a);
  let fb = f(b);
  if (fa === 0 || fb === 0) {
    return fa === 0 ? a : b;
  }
  if (!(fa * fb < 0 || fa < 0 !== fb < 0) || fa !== fa || fb !== fb) {
    return undefined;
  }
  let c = a;
  let fc = fa;
  let width = b - a;
  let before = width;
  for (let i = 0; i < 200; i++) {
    if (fb < 0 === fc < 0) {
      c = a;
      fc = fa;
      width = b - a;
      before = width;
    }
    if (Math.abs(fc) < Math.abs(fb)) {
      a = b;
      b = c;
      c = a;
      fa = fb;
      fb = fc;
      fc = fa;
    }
    const slack = 4.440892098500626e-16 * Math.abs(b) + 0.5 * tolerance;
    const middle = 0.5 * (c - b);
    if (Math.abs(middle) <= slack || fb === 0) {
      return b;
    }
    const tried = Math.abs(before) >= slack && Math.abs(fa) > Math.abs(fb);
    const guess = tried ? interpolatedStep(a, b, c, fa, fb, fc) : Number.NaN;
    if (
      Math.abs(guess) < Math.abs(0.5 * before) &&
      guess * middle > 0 &&
      Math.abs(guess) < 1.5 * Math.abs(middle) - 0.5 * slack
    ) {
      before = width;
      width = guess;
    } else {
      before = middle;
      width = middle;
    }
    a = b;
    fa = fb;
    b += Math.abs(width) > slack ? width : middle > 0 ? slack : -slack;
    fb = f(b);
  }
  return b;
}

/** The secant step, or the step of inverse quadratic interpolation where three points differ. */
function interpolatedStep(
  a: number,
  b: number,
  c: number,
  fa: number,
  fb: number,
  fc: number,
): number {
  const s = fb / fa;
  if (a === c) {
    return ((c - b) * s) / (1 - s);
  }
  const q = fa / fc;
  const r = fb / fc;
  const p = s * ((c - b) * q * (q - r) - (b - a) * (r - 1));
  return -p / ((q - 1) * (r - 1) * (s - 1));
}

/**
 * The lowest point of f between two points by golden sections; exact only for one valley.
 * Units: the caller's. Domain: lower below upper. Source: Press et al. (2007), Numerical Recipes,
 * section 10.2.
 */
export function findMinimum(
  f: (x: number) => number,
  lower: number,
  upper: number,
  tolerance = 1e-10,
): { readonly x: number; readonly value: number } {
  const share = 0.3819660112501051;
  let a = lower;
  let b = upper;
  let x1 = a + share * (b - a);
  let x2 = b - share * (b - a);
  let f1 = f(x1);
  let f2 = f(x2);
  for (let i = 0; i < 100 && b - a > tolerance; i++) {
    if (f1 < f2) {
      b = x2;
      x2 = x1;
      f2 = f1;
      x1 = a + share * (b - a);
      f1 = f(x1);
    } else {
      a = x1;
      x1 = x2;
      f1 = f2;
      x2 = b - share * (b - a);
      f2 = f(x2);
    }
  }
  return f1 < f2 ? { x: x1, value: f1 } : { x: x2, value: f2 };
}
