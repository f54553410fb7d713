/**
 * Gauss-Legendre nodes and weights of any order, from exact operations only, made once per order
 * and kept. Every integral of this package over a finite range goes through them.
 * Source: Abramowitz and Stegun (1964), 25.4.29; Newton's method on the three-term recurrence.
 */
import { cos } from '@openstrike/std';

/** The nodes on (-1, 1), ascending, and their weights, which sum to 2. */
export type GaussLegendre = { readonly nodes: Float64Array; readonly weights: Float64Array };

const KEPT = new Map<number, GaussLegendre>();

/** The rule of the order: exact for polynomials of degree 2 order - 1. */
export function gaussLegendre(order: number): GaussLegendre {
  const kept = KEPT.get(order);
  if (kept !== undefined) {
    return kept;
  }
  const nodes = new Float64Array(order);
  const weights = new Float64Array(order);
  for (let i = 0; i < order; i++) {
    let x = -cos((3.141592653589793 * (i + 0.75)) / (order + 0.5));
    let slope = 1;
    for (let step = 0; step < 8; step++) {
      let before = 1;
      let value = x;
      for (let k = 2; k <= order; k++) {
        const next = ((2 * k - 1) * x * value - (k - 1) * before) / k;
        before = value;
        value = next;
      }
      slope = (order * (before - x * value)) / (1 - x * x);
      x -= value / slope;
    }
    nodes[i] = x;
    weights[i] = 2 / ((1 - x * x) * slope * slope);
  }
  const made = { nodes, weights };
  KEPT.set(order, made);
  return made;
}
