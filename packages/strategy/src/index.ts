export * from './liquidation-offer.ts';
export * from './liquidity-provider.ts';
export * from './market-maker.ts';
export * from './participant.ts';
export * from './quote-model.ts';
export * from './replay-quote.ts';
export * from './taker.ts';
