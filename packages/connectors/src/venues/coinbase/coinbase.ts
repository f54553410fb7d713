// Coinbase: spot, through the public channels of the Advanced Trade WebSocket. Source:
// docs.cdp.coinbase.com, Advanced Trade WebSocket: overview, channels, rate limits.
import type { VenueDefinition } from '../../core/venue-definition.ts';
import { coinbaseMarket } from './coinbase-messages.ts';
import { CoinbaseProtocol } from './coinbase-protocol.ts';

export const coinbase: VenueDefinition = {
  source: 'coinbase',
  addresses: { socket: 'wss://advanced-trade-ws.coinbase.com' },
  symbols: ['BTC-USD', 'ETH-USD', 'USDT-USD'],
  symbolForm: 'BTC-USD or BTC-USDT (a USDC pair has no book of its own)',
  hasChains: false,
  parseSymbol: coinbaseMarket,
  plan: ({ addresses, markets }) => [
    {
      name: 'socket',
      address: addresses['socket'] as string,
      restAddress: null,
      createProtocol: (link) => new CoinbaseProtocol(link),
      markets,
      listMarkets: null,
      settings: {
        // Eight unauthenticated messages a second from one address; half is left for others.
        sendRate: { burst: 4, perSecond: 4 },
        // Heartbeats come every second.
        staleAfterMs: 5_000,
        symbolSilenceMaxMs: 30_000,
      },
    },
  ],
};
