// Bitfinex: spot, through the public WebSocket API v2. Source: docs.bitfinex.com.
import type { VenueDefinition } from '../../core/venue-definition.ts';
import { bitfinexMarket } from './bitfinex-messages.ts';
import { BitfinexProtocol } from './bitfinex-protocol.ts';

export const bitfinex: VenueDefinition = {
  source: 'bitfinex',
  addresses: { socket: 'wss://api-pub.bitfinex.com/ws/2' },
  symbols: ['tBTCUSD', 'tETHUSD', 'tBTCUST', 'tETHUST', 'tUSTUSD'],
  symbolForm: 'tBTCUSD or tBTCUST (for USDT)',
  hasChains: false,
  parseSymbol: bitfinexMarket,
  plan: ({ addresses, markets }) => [
    {
      name: 'socket',
      address: addresses['socket'] as string,
      restAddress: null,
      createProtocol: (link) => new BitfinexProtocol(link),
      markets,
      listMarkets: null,
      settings: {
        // Every channel has a heartbeat at least every fifteen seconds.
        staleAfterMs: 20_000,
        deadAfterMs: 45_000,
        symbolSilenceMaxMs: 60_000,
        // Twenty public connections a minute from one address.
        backOff: { firstMs: 3_000, mostMs: 60_000 },
      },
    },
  ],
};
