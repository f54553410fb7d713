// Bitstamp: spot, through the public WebSocket API v2. Source: bitstamp.net/websocket/v2.
import type { VenueDefinition } from '../../core/venue-definition.ts';
import { bitstampMarket } from './bitstamp-messages.ts';
import { BitstampProtocol } from './bitstamp-protocol.ts';

export const bitstamp: VenueDefinition = {
  source: 'bitstamp',
  addresses: { socket: 'wss://ws.bitstamp.net' },
  symbols: ['btcusd', 'ethusd', 'btcusdc', 'ethusdc', 'btcusdt', 'ethusdt', 'usdtusd', 'usdcusd'],
  symbolForm: 'btcusd',
  hasChains: false,
  parseSymbol: bitstampMarket,
  plan: ({ addresses, markets }) => [
    {
      name: 'socket',
      address: addresses['socket'] as string,
      restAddress: null,
      createProtocol: (link) => new BitstampProtocol(link),
      markets,
      listMarkets: null,
      settings: { pingEveryMs: 5_000, staleAfterMs: 12_000, symbolSilenceMaxMs: 60_000 },
    },
  ],
};
