// Kraken: spot, through the public WebSocket API v2. Source: docs.kraken.com, WebSocket v2.
import type { VenueDefinition } from '../../core/venue-definition.ts';
import { krakenMarket } from './kraken-messages.ts';
import { KrakenProtocol } from './kraken-protocol.ts';

export const kraken: VenueDefinition = {
  source: 'kraken',
  addresses: { socket: 'wss://ws.kraken.com/v2' },
  symbols: [
    'BTC/USD',
    'ETH/USD',
    'BTC/USDC',
    'ETH/USDC',
    'BTC/USDT',
    'ETH/USDT',
    'USDT/USD',
    'USDC/USD',
  ],
  symbolForm: 'BTC/USD',
  hasChains: false,
  parseSymbol: krakenMarket,
  plan: ({ addresses, markets }) => [
    {
      name: 'socket',
      address: addresses['socket'] as string,
      restAddress: null,
      createProtocol: (link) => new KrakenProtocol(link),
      markets,
      listMarkets: null,
      settings: {
        // A heartbeat comes every second when nothing else does.
        staleAfterMs: 5_000,
        symbolSilenceMaxMs: 60_000,
        // About 150 connections in ten minutes from one address are borne.
        backOff: { firstMs: 1_000, mostMs: 30_000 },
      },
    },
  ],
};
