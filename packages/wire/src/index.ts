export * from './api-errors.ts';
export * from './decimal-steps.ts';
export * from './ids.ts';
export * from './reference.ts';
export * from './reject-errors.ts';
export * from './render/render-account.ts';
export * from './render/render-book.ts';
export * from './render/render-candle.ts';
export * from './render/render-instrument.ts';
export * from './render/render-mmp.ts';
export * from './render/render-order.ts';
export * from './render/render-ticker.ts';
export * from './render/render-trade.ts';
export * from './schemas/account-methods.ts';
export * from './schemas/account-types.ts';
export * from './schemas/block-methods.ts';
export * from './schemas/common.ts';
export * from './schemas/liability-methods.ts';


export * from './schemas/margin-methods.ts';


export * from './schemas/liquidation-methods.ts';


export * from './schemas/market-methods.ts';
export * from './schemas/market-types.ts';
export * from './schemas/quote-methods.ts';
export * from './schemas/trading-methods.ts';
export * from './schemas/wallet-methods.ts';
export * from './words.ts';
