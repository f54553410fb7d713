// Auction: the Dutch clock by which a slice of an account that lacks maintenance margin is offered,
// the largest slice that may be taken, and what is paid for it. Invariants: a bid on a solvent
// account is a share below one of the slice's equity, so that the rest has a better ratio of equity
// to maintenance margin, whatever the book's depth; the largest slice brings the account exactly
// to its buffer and never beyond. Margins here are net (equity less requirement), negative when
// something lacks. Source: Derive, Dutch auction; risk reference 2.2, 2.9 and 2.10.
import type { AuctionClock } from '@openstrike/domain';

/** The share of a slice's equity that the clock asks after some seconds; 0 once it has run out. */
export const auctionDiscount = (clock: AuctionClock, seconds: number): number => {
  const { start, turn, firstSeconds, secondSeconds } = clock;
  if (seconds < firstSeconds) {
    return start - ((start - turn) * seconds) / firstSeconds;
  }
  return Math.max(0, turn * (1 - (seconds - firstSeconds) / secondSeconds));
};

/** An account in liquidation. */
export interface LiquidatedAccount {
  /** Mark to market, with cash. */
  readonly equity: number;
  /** Equity less maintenance margin. */
  readonly maintenanceNet: number;
  /** Cash paid for earlier slices of this liquidation, which no bidder receives. */
  readonly reservedCash: number;
}

/** The net margin that has to reach zero: the requirement enlarged by the buffer. */
export const bufferedNet = (account: LiquidatedAccount, buffer: number): number =>
  account.maintenanceNet + buffer * (account.maintenanceNet - account.equity);

/**
 * The largest share of the account that may be taken at a discount: what brings it to its buffer.
 *
 * Holds: 0 where nothing lacks, at most 1; 0 where equity is gone, which is no solvent auction.
 */
export const largestSlice = (
  account: LiquidatedAccount,
  discount: number,
  buffer: number,
): number => {
  const lacking = bufferedNet(account, buffer);
  if (lacking >= 0 || account.equity <= 0) {
    return 0;
  }
  const { equity, reservedCash } = account;
  const share = lacking / (lacking - equity * discount - reservedCash * (1 - discount));
  return Math.min(1, share);
};

/** What a share of a solvent account costs its bidder. */
export const sliceBid = (account: LiquidatedAccount, discount: number, share: number): number =>
  (account.equity - account.reservedCash) * discount * share;

/** The account after a share was taken: its reserved cash stays whole, the bid comes in. */
export const afterSlice = (
  account: LiquidatedAccount,
  discount: number,
  share: number,
): LiquidatedAccount => {
  const { equity, maintenanceNet, reservedCash } = account;
  const bid = sliceBid(account, discount, share);
  const keep = (net: number): number => (net - reservedCash) * (1 - share) + reservedCash + bid;
  return {
    equity: keep(equity),
    maintenanceNet: keep(maintenanceNet),
    reservedCash: reservedCash + bid,
  };
};

/**
 * What the insurance fund pays a bidder for the whole of an account without equity, after some
 * seconds: from the equity that lacks up to the whole net margin that lacks.
 *
 * Holds: at most 0, a payment to the bidder.
 */
export const insolventPrice = (
  account: LiquidatedAccount,
  seconds: number,
  lengthSeconds: number,
): number => {
  const from = Math.min(account.equity, 0);
  const share = Math.min(1, Math.max(0, seconds / lengthSeconds));
  return from + (Math.min(account.maintenanceNet, from) - from) * share;
};

/** Whether withdrawals wait: insolvent auctions may ask for more than the fund has. */
export const withdrawalsBlocked = (
  insolventMaintenanceNets: readonly number[],
  fund: number,
): boolean => {
  let asked = 0;
  for (const net of insolventMaintenanceNets) asked += Math.abs(Math.min(0, net));
  return asked > fund;
};
