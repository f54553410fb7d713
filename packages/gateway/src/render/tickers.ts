// Tickers: what rendering a ticker needs from the venue around it: whether a forward has a listed
// future.
import type { Instrument } from '@openstrike/domain';
import type { Feeds, Ticker } from '@openstrike/feeds';
import { type ApiTicker, renderTicker, underlyingIndexOf } from '@openstrike/wire';

/** The name that an option's ticker gives its forward; empty for futures. */
export const underlyingIndexIn = (feeds: Feeds, instrument: Instrument): string =>
  instrument.kind === 'option'
    ? underlyingIndexOf(instrument, (name) => feeds.instrumentByName(name) !== null)
    : '';

/** The ticker as clients read it, in answers and notifications. */
export const renderTickerOf = (feeds: Feeds, ticker: Ticker): ApiTicker =>
  renderTicker(ticker, underlyingIndexIn(feeds, ticker.instrument));
