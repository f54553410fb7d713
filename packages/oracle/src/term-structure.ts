// Term structure: eSSVI parameters by time to expiry, moved by a volatility factor, turned into
// raw SVI slices.
// Invariant: the slices of one structure have no butterfly and no calendar arbitrage. Source:
// Hendriks and Martini (2019), "The extended SSVI volatility surface"; Corbetta, Cohort, Laachir
// and Martini (2019) for the interpolation (linear in theta, psi and rho psi keeps the
// conditions).
import type { SviSlice, TsUs } from '@openstrike/domain';
import { exp } from '@openstrike/std';
import type { TenorNode } from './starting-state.ts';

const daysPerYear = 365;

interface SurfacePoint {
  readonly theta: number;
  readonly psi: number;
  /** rho times psi. */
  readonly skew: number;
}

/** Share of a shock to instantaneous log-volatility that reaches the mean volatility to `years`. */
export const shockShare = (years: number, meanReversion: number): number => {
  const x = meanReversion * years;
  return x < 1e-6 ? 1 : (1 - exp(-x)) / x;
};

/**
 * The nodes under a shock of instantaneous log-volatility, projected so that theta and psi grow
 * with time and |d(rho psi)| <= d psi: no calendar arbitrage; psi^2 (1 + |rho|) <= 4 theta: no
 * butterfly arbitrage.
 */
export const shockedPoints = (
  nodes: readonly TenorNode[],
  logVolatilityShock: number,
  meanReversion: number,
): SurfacePoint[] => {
  const points: SurfacePoint[] = [];
  for (const node of nodes) {
    const scale = exp(logVolatilityShock * shockShare(node.days / daysPerYear, meanReversion));
    const previous = points.at(-1);
    let theta = node.theta * scale * scale;
    let psi = node.psi * scale;
    let skew = node.rho * psi;
    if (previous !== undefined) {
      theta = Math.max(theta, previous.theta * 1.0005);
      psi = Math.max(psi, previous.psi);
      const room = psi - previous.psi;
      skew = Math.min(Math.max(skew, previous.skew - room), previous.skew + room);
    }
    const bound = Math.sqrt((4 * theta) / (1 + Math.abs(skew / psi)));
    if (psi > bound) theta = (psi * psi * (1 + Math.abs(skew / psi))) / 4;
    points.push({ theta, psi, skew });
  }
  return points;
};

/** Interpolates the points at `days`; beyond the ends variance is proportional to time. */
export const pointAt = (
  nodes: readonly TenorNode[],
  points: readonly SurfacePoint[],
  days: number,
): SurfacePoint => {
  const after = nodes.findIndex((node) => node.days >= days);
  if (after <= 0) {
    const end = after === 0 ? 0 : nodes.length - 1;
    const point = points[end] as SurfacePoint;
    const share = days / (nodes[end] as TenorNode).days;
    const root = Math.sqrt(share);
    return { theta: point.theta * share, psi: point.psi * root, skew: point.skew * root };
  }
  const left = nodes[after - 1] as TenorNode;
  const right = nodes[after] as TenorNode;
  const from = points[after - 1] as SurfacePoint;
  const to = points[after] as SurfacePoint;
  const share = (days - left.days) / (right.days - left.days);
  return {
    theta: from.theta + share * (to.theta - from.theta),
    psi: from.psi + share * (to.psi - from.psi),
    skew: from.skew + share * (to.skew - from.skew),
  };
};

/** Annualised basis rate at `days`, flat beyond the ends. */
export const basisRateAt = (nodes: readonly TenorNode[], days: number): number => {
  const after = nodes.findIndex((node) => node.days >= days);
  if (after <= 0) return (nodes[after === 0 ? 0 : nodes.length - 1] as TenorNode).basisRate;
  const left = nodes[after - 1] as TenorNode;
  const right = nodes[after] as TenorNode;
  const share = (days - left.days) / (right.days - left.days);
  return left.basisRate + share * (right.basisRate - left.basisRate);
};

/**
 * The raw SVI slice that equals an eSSVI slice. Source: Gatheral and Jacquier (2014), equation
 * 4.1.
 */
export const sviSliceOf = (point: SurfacePoint, expiryUs: TsUs, tauYears: number): SviSlice => {
  const rho = point.skew / point.psi;
  const phi = point.psi / point.theta;
  const b = (point.theta * phi) / 2;
  const root = Math.sqrt(1 - rho * rho);
  return {
    expiryUs,
    tauYears,
    a: (point.theta / 2) * (1 - rho * rho),
    b,
    rho,
    m: -rho / phi,
    sigma: root / phi,
  };
};
