// Gemini: spot, through the public multi market data WebSocket. Source: docs.gemini.com.
import type { VenueDefinition } from '../../core/venue-definition.ts';
import { geminiMarket } from './gemini-messages.ts';
import { GeminiProtocol } from './gemini-protocol.ts';

export const gemini: VenueDefinition = {
  source: 'gemini',
  addresses: { socket: 'wss://api.gemini.com/v1/multimarketdata' },
  symbols: ['BTCUSD', 'ETHUSD', 'USDTUSD', 'USDCUSD'],
  symbolForm: 'BTCUSD',
  hasChains: false,
  parseSymbol: geminiMarket,
  plan: ({ addresses, markets }) => [
    {
      name: 'socket',
      address: (followed) => {
        const names = followed.map(({ venueSymbol }) => venueSymbol).join(',');
        const wanted = 'heartbeat=true&bids=true&offers=true&trades=true';
        return `${addresses['socket'] as string}?symbols=${names}&${wanted}`;
      },
      restAddress: null,
      createProtocol: (link) => new GeminiProtocol(link),
      markets,
      listMarkets: null,
      settings: {
        // Heartbeats come every five seconds.
        staleAfterMs: 12_000,
        symbolSilenceMaxMs: 60_000,
        // One new connection a minute from one address is recommended.
        backOff: { firstMs: 1_000, mostMs: 60_000 },
      },
    },
  ],
};
