// Pyth: signed prices from a Hermes server. Source: docs.pyth.network.
import type { VenueDefinition } from '../../core/venue-definition.ts';
import { PythProtocol, pythMarket } from './pyth-protocol.ts';

export const pyth: VenueDefinition = {
  source: 'pyth',
  addresses: { socket: 'wss://hermes.pyth.network/ws' },
  symbols: ['BTC/USD', 'ETH/USD', 'USDC/USD', 'USDT/USD'],
  symbolForm: 'BTC/USD',
  hasChains: false,
  signed: {
    // The router set of Pyth Core since 26 August 2026, three of five; recorded updates of
    // September 2026 verify by it.
    signers: {
      addresses: [
        '0x41534bb176e461a3fb30479400f210549ecce638',
        '0x6502987b62f21cab7eb5ccd8f0173084b60d5b41',
        '0x44a3e8f6a382412cf6bb90a3f8106e68977476c9',
        '0xd9d7d4529577864352c9a6539a48238fcd447052',
        '0x1663a5a822336ece48559b1dfb1e93a017a7dac3',
      ],
      threshold: 3,
    },
    needsCredentials: false,
  },
  parseSymbol: pythMarket,
  plan: ({ addresses, markets, signers }) => [
    {
      name: 'socket',
      address: addresses['socket'] as string,
      restAddress: null,
      createProtocol: (link) => new PythProtocol(link, signers),
      markets,
      listMarkets: null,
      settings: { frameBytesMax: 2 ** 18, symbolSilenceMaxMs: 60_000 },
    },
  ],
};
