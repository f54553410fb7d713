// Auction list: what providers are told of the auctions that run. Invariants: every auction is on
// the list and nothing else; its price is the clock's at the seconds it names, and those are no
// more than have passed; it names what the account holds, and where equity is gone no more is on
// offer than the fund can pay for.
import type { AccountId, AuctionView, Currency, LiquidationParameters } from '@openstrike/domain';
import { usPerSecond } from '@openstrike/domain';
import { hold, show } from './violation.ts';

/** An auction as the events tell of it. */
export interface RunningAuction {
  readonly accountId: AccountId;
  readonly currency: Currency;
  readonly phase: string;
  /** Before the phase began, at the latest. */
  readonly phaseUs: number;
}

export interface AuctionListParts {
  readonly nowUs: number;
  readonly running: ReadonlyMap<number, RunningAuction>;
  readonly parameters: (currency: Currency) => LiquidationParameters;
  readonly fund: (currency: Currency) => number;
  /** Signed lots by instrument of what is sold with an auction. */
  readonly holdings: (auction: RunningAuction) => ReadonlyMap<number, number>;
}

export const checkAuctionList = (views: readonly AuctionView[], parts: AuctionListParts): void => {
  hold(views.length === parts.running.size, 'all auctions are on the list', () =>
    show({ views, running: [...parts.running] }),
  );
  for (const view of views) {
    const { liquidationId, currency, phase, seconds } = view;
    const auction = parts.running.get(liquidationId);
    const same = auction?.phase === phase && auction.currency === currency;
    hold(auction !== undefined && same, 'listed auctions run', () => show({ view, auction }));
    const passed = (parts.nowUs - auction.phaseUs) / usPerSecond;
    hold(seconds >= 0 && seconds <= passed + 1, 'clocks run no faster than time', () =>
      show({ view, passed }),
    );
    checkPrice(view, parts.parameters(currency));
    const held = parts.holdings(auction);
    const told = view.positions.every(({ instrumentId, sizeLots }) => {
      return held.get(instrumentId) === sizeLots;
    });
    hold(told && view.positions.length === held.size, 'auctions are of what is held', () =>
      show({ view, held: [...held] }),
    );
    checkShare(view, parts.fund(currency));
  }
};

const checkPrice = (view: AuctionView, parameters: LiquidationParameters): void => {
  const { phase, seconds, price } = view;
  const { clock, insolventSeconds } = parameters;
  const { start, turn, firstSeconds, secondSeconds } = clock;
  const firstRun = start - ((start - turn) * seconds) / firstSeconds;
  const secondRun = turn * Math.max(0, 1 - (seconds - firstSeconds) / secondSeconds);
  const solvent = seconds <= firstSeconds ? firstRun : secondRun;
  const asked = phase === 'auction' ? solvent : -Math.min(1, seconds / insolventSeconds);
  hold(Math.abs(price - asked) <= 1e-12, "listed prices are the clock's", () =>
    show({ view, asked }),
  );
};

const checkShare = (view: AuctionView, fund: number): void => {
  const { share, price, state } = view;
  hold(share >= 0 && share <= 1, 'shares are of a whole', () => show(view));
  if (state.netEquity > 0) return;
  const cost = share * (-state.netEquity - price * state.maintenance);
  hold(cost <= fund * (1 + 1e-9) + 1, 'no more is on offer than the fund can pay', () =>
    show({ view, cost, fund }),
  );
};
