// Liquidation channels: the auctions that may be answered, with the clock's price each second, and
// what came of them. For liquidity providers, beside the method that lists auctions. Invariants:
// neither says whose account it is; a result is told once, as it was carried out.
import type { LiquidationEnded, LiquidationStepped } from '@openstrike/domain';
import type { ApiLiquidationResult } from '@openstrike/wire';
import { renderAuction, renderLegs, units } from '../render/liquidation.ts';
import { Channel, type ChannelBase, type Subscription } from './channel.ts';
import type { UserChannelParts } from './user-channels.ts';

/** All auctions, whole each time: as they begin and end, and every second while there are any. */
export class LiquidationAuctionsChannel extends Channel {
  readonly replaces = true;
  readonly #parts: UserChannelParts;
  /** Whether there are auctions; unknown before the first answer. */
  #busy = true;
  #tail: Promise<void> = Promise.resolve();

  constructor(base: ChannelBase, parts: UserChannelParts) {
    super(base);
    this.#parts = parts;
    const { routes } = parts;
    this.ends.push(
      routes.liquidations.add(routes.everything, () => {
        this.#busy = true;
        this.touch('batch');
      }),
      routes.time.add(routes.everything, () => {
        if (this.#busy) this.touch();
      }),
    );
  }

  override refresh(subscription: Subscription): void {
    this.#read((data) => this.sendTo(subscription, data));
  }

  protected override emit(): void {
    this.#read((data) => this.send(data));
  }

  #read(tell: (data: unknown) => void): void {
    const { queries, feeds, log } = this.#parts;
    this.#tail = this.#tail
      .then(async () => {
        const auctions = await queries.query('auctions', {});
        this.#busy = auctions.length > 0;
        tell(auctions.map((auction) => renderAuction(auction, feeds)));
      })
      .catch((error: unknown) => {
        log.warn({ err: error }, 'auctions could not be read');
      });
  }
}

/** Slices that were sold, and how liquidations ended. */
export class LiquidationResultsChannel extends Channel {
  readonly replaces = false;
  readonly #parts: UserChannelParts;
  #rows: ApiLiquidationResult[] = [];

  constructor(base: ChannelBase, parts: UserChannelParts) {
    super(base);
    this.#parts = parts;
    const { routes } = parts;
    this.ends.push(
      routes.liquidations.add(routes.everything, (news) => {
        if (news.type === 'liquidation-stepped' && news.kind === 'slice') {
          this.#rows.push(this.#sold(news));
          this.touch();
        } else if (news.type === 'liquidation-ended') {
          this.#rows.push(ended(news));
          this.touch();
        }
      }),
    );
  }

  protected override emit(): void {
    const rows = this.#rows;
    this.#rows = [];
    for (const row of rows) this.send(row);
  }

  #sold(step: LiquidationStepped): ApiLiquidationResult {
    const { liquidationId, currency, price, share, legs, discount, fromFund } = step;
    return {
      result: 'sold',
      liquidation_id: liquidationId,
      currency,
      price: price ?? 0,
      share,
      // What the account gave is what its taker got.
      positions: renderLegs(legs, this.#parts.feeds).map(({ instrument_name, amount }) => ({
        instrument_name,
        amount: 0 - amount,
      })),
      discount: units(discount, currency),
      from_fund: units(fromFund, currency),
    };
  }
}

const ended = ({ liquidationId, currency, outcome }: LiquidationEnded): ApiLiquidationResult => ({
  result: outcome,
  liquidation_id: liquidationId,
  currency,
});
