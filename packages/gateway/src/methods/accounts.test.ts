// Accounts and wallet through the methods: summaries, positions, simulations, the log of cash,
// subaccounts, transfers, deposits, withdrawals and addresses.
import { recommendedLiquidation } from '@openstrike/domain';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hashOfValue } from '../../../risk/src/index.ts';
import { type Json, list, MethodVenue, text, venueStartUs } from './testing/method-venue.ts';

const perpetual = 'BTC-PERPETUAL';
const startMs = venueStartUs / 1000;
let venue: MethodVenue;
let option: string;

const own = (name: string, params: object = {}, account = 1) =>
  venue.call(`private/${name}`, params, account);
const refused = (name: string, params: object = {}, account = 1) =>
  venue.refusal(`private/${name}`, params, account);

beforeAll(async () => {
  venue = await MethodVenue.open();
  option = venue.option().name;
  const params = { instrument_name: option, amount: 2, price: 0.08 };
  await own('sell', params, 2);
  await own('buy', params);
  const future = { instrument_name: perpetual, amount: 10_000, price: 100_000 };
  await own('buy', future, 2);
  await own('sell', future);
});
afterAll(() => venue.close());

describe('summaries and positions', () => {
  test('a summary adds up and says who it is about', async () => {
    const summary = await own('get_account_summary', { currency: 'BTC', extended: true });
    expect(summary).toMatchObject({
      currency: 'BTC',
      id: 1,
      username: 'alice',
      type: 'main',
      margin_model: 'segregated_sm',
      self_trading_extended_to_subaccounts: false,
      limits: { limits_per_currency: false },
    });
    const parts =
      Number(summary.balance) +
      Number(summary.session_rpl) +
      Number(summary.session_upl) +
      Number(summary.options_value);
    expect(Number(summary.equity)).toBeCloseTo(parts, 7);
    expect(Number(summary.balance)).toBeCloseTo(100 - 0.16 - 0.0006 - 0.00005, 6);
    expect(Number(summary.total_pl)).toBeCloseTo(
      Number(summary.futures_pl) + Number(summary.options_pl),
      8,
    );
    const [bought] = list(await own('get_positions', { currency: 'BTC', kind: 'option' }));
    expect(summary.options_pl).toBe(bought?.total_profit_loss);
    expect(summary.session_upl).toBe(summary.futures_session_upl);
    expect(summary.initial_margin).toBeGreaterThan(0);
    expect(summary.options_delta).toBeGreaterThan(0);
    expect(Object.keys(summary.options_vega_map)).toEqual(['btc_usd']);
  });

  test('summaries of every currency, and of a subaccount by its owner only', async () => {
    const { summaries } = await own('get_account_summaries', {});
    expect(list(summaries).map((row) => row.currency)).toEqual(['BTC', 'ETH', 'USDC']);
    const sub = await own('get_account_summary', { currency: 'BTC', subaccount_id: 3 });
    expect(sub).toMatchObject({ id: 3, type: 'subaccount', equity: 100 });
    for (const [account, id] of [
      [2, 3],
      [3, 1],
      [1, 2],
    ] as const) {
      const error = await refused(
        'get_account_summary',
        { currency: 'BTC', subaccount_id: id },
        account,
      );
      expect(error.param).toBe('subaccount_id');
    }
    expect((await refused('get_account_summary', { currency: 'SOL' })).param).toBe('currency');
  });

  test('positions are signed; those of one currency or kind, or all', async () => {
    const all = list(await own('get_positions'));
    expect(all).toHaveLength(2);
    const [future] = list(await own('get_positions', { currency: 'BTC', kind: 'future' }));
    expect(future).toMatchObject({
      instrument_name: perpetual,
      direction: 'sell',
      size: -10_000,
      average_price: 100_000,
      leverage: expect.any(Number),
    });
    expect(Number(future?.size_currency)).toBeCloseTo(-0.1, 4);
    const [long] = list(await own('get_positions', { kind: 'option' }));
    expect(long).toMatchObject({ direction: 'buy', size: 2, average_price: 0.08 });
    expect(long?.vega).toBeGreaterThan(0);
    expect(await own('get_positions', { currency: 'USDC' })).toEqual([]);
    const flat = await own('get_position', { instrument_name: 'BTC_USDC-PERPETUAL' });
    expect(flat).toMatchObject({ size: 0, direction: 'zero' });
  });

  test('a simulated portfolio is answered by the engine', async () => {
    const now = await own('simulate_portfolio', { currency: 'BTC' });
    const bigger = await own('simulate_portfolio', {
      currency: 'BTC',
      add_positions: true,
      simulated_positions: { [perpetual]: -100_000 },
    });
    expect(Number(bigger.initial_margin)).toBeGreaterThan(Number(now.initial_margin));
    const error = await refused('simulate_portfolio', {
      currency: 'BTC',
      simulated_positions: { [perpetual]: 5 },
    });
    expect(error.param).toBe('simulated_positions');
  });

  test('the margin model is tried, changed, and changed back', async () => {
    for (const model of ['cross_pm', 'segregated_pm', 'cross_sm', 'segregated_sm']) {
      const states = list(await own('change_margin_model', { margin_model: model, dry_run: true }));
      expect(states.length).toBeGreaterThan(0);
      expect((await own('get_account_summary', { currency: 'BTC' })).margin_model).toBe(
        'segregated_sm',
      );
    }
    const [same] = list(await own('change_margin_model', { margin_model: 'segregated_sm' }));
    expect(same?.new_state).toEqual(same?.old_state);
    await own('change_margin_model', { margin_model: 'segregated_pm' });
    const summary = await own('get_account_summary', { currency: 'BTC' });
    expect(summary).toMatchObject({
      margin_model: 'segregated_pm',
      portfolio_margining_enabled: true,
      cross_collateral_enabled: false,
    });
    expect(await own('get_margin_certificate', { currency: 'BTC' })).toMatchObject({
      format: 'openstrike-account-certificate/2',
      marginModel: 'segregated-portfolio',
      currency: 'BTC',
    });
    await own('change_margin_model', { margin_model: 'segregated_sm' });
  });

  test('a simulated portfolio margin is what the model would hold, part by part', async () => {
    const simulated = await own('pme/simulate', { currency: 'BTC' });
    await own('change_margin_model', { margin_model: 'segregated_pm' });
    const real = await own('get_account_summary', { currency: 'BTC' });
    const certificate = await own('get_margin_certificate', { currency: 'BTC' });
    await own('change_margin_model', { margin_model: 'segregated_sm' });
    const margins = simulated.margins?.BTC;
    expect(margins).toMatchObject({
      initial_margin: real.initial_margin,
      maintenance_margin: real.maintenance_margin,
    });
    expect(Number(real.maintenance_margin)).toBeGreaterThan(0);
    const book = margins?.initial_margin_details?.risk_matrix_margin_details?.btc_usd;
    const [certified] = list(certificate.books as Json);
    expect(book?.worst_case).toBe(certified?.margin?.scan);

    // Legs add up to the whole, and no move of price and volatility makes nothing.
    const whole = simulated.aggregated_risk_vectors?.btc_usd;
    const legs = Object.values(simulated.initial_risk_vectors as Json);
    expect(legs).toHaveLength(2);
    for (const part of ['standard', 'extended']) {
      list(whole?.[part] as Json).forEach((result, s) => {
        const sum = legs.reduce((all, leg) => all + Number(list(leg[part] as Json)[s]), 0);
        expect(Number(result)).toBeCloseTo(sum, 6);
      });
    }
    expect(list(whole?.standard as Json)).toHaveLength(27);
    expect(list(whole?.extended as Json)).toHaveLength(8);
    expect(Number(list(whole?.standard as Json)[13])).toBeCloseTo(0, 6);
  });

  test('a simulated margin takes other positions, and all currencies together', async () => {
    const asked = { currency: 'BTC', simulated_positions: { [perpetual]: 1000 } };
    const alone = await own('pme/simulate', { ...asked, add_positions: false });
    expect(alone.portfolio).toEqual({ [perpetual]: 1000 });
    const none = await own('pme/simulate', { currency: 'BTC', add_positions: false });
    expect(none.margins?.BTC?.maintenance_margin).toBe(0);
    const cross = await own('pme/simulate', { currency: 'CROSS' });
    expect(Object.keys(cross.margins as Json)).toEqual(['USDC']);
    const wrong = await refused('pme/simulate', { currency: 'DOGE' });
    expect(wrong.errorName).toBe('invalid_params');
  });

  test('the published parameters, liquidations included, are what the hash is of', async () => {
    const { in_force, stress } = await venue.call('public/get_margin_parameters', {});
    expect(list(stress)[0]).toMatchObject({ underlying: 'BTC', factor: 1, next_factor: 1 });
    const [row] = list(in_force);
    expect(row?.parameters).toMatchObject({ liquidation: recommendedLiquidation });
    expect(hashOfValue(row?.parameters)).toBe(row?.hash);
  });

  test('self-trade settings reach the engine', async () => {
    const params = { mode: 'reject_taker', extended_to_subaccounts: true };
    expect(await own('set_self_trading_config', params, 2)).toBe('ok');
    const summary = await own('get_account_summary', { currency: 'BTC' }, 2);
    expect(summary).toMatchObject({
      self_trading_reject_mode: 'reject_taker',
      self_trading_extended_to_subaccounts: true,
    });
    await own('sell', { instrument_name: option, amount: 1, price: 0.09 }, 2);
    const error = await refused('buy', { instrument_name: option, amount: 1, price: 0.09 }, 2);
    expect(error.message).toBe('other_reject self_trading');
    expect(list(await own('get_user_locks'))).toHaveLength(3);
  });
});

describe('the log of cash', () => {
  const range = { currency: 'BTC', start_timestamp: 0, end_timestamp: startMs + 1e9 };

  test('a trade is one row, with its premium and its fee', async () => {
    const { logs } = await own('get_transaction_log', { ...range, query: 'trade' });
    const row = list(logs).find((log) => text(log.instrument_name) === option);
    expect(row).toMatchObject({
      type: 'trade',
      side: 'open buy',
      amount: 2,
      price: 0.08,
      price_currency: 'BTC',
      commission: 0.0006,
      cashflow: -0.16,
      position: 2,
      user_role: 'taker',
      username: 'alice',
    });
    expect(Number(row?.change)).toBeCloseTo(-0.1606, 8);
  });

  test('pages show every row once, and balances follow from changes', async () => {
    const whole = list((await own('get_transaction_log', range)).logs);
    const paged: unknown[] = [];
    let continuation: unknown;
    do {
      const page = await own('get_transaction_log', {
        ...range,
        count: 1,
        ...(continuation === undefined ? {} : { continuation }),
      });
      paged.push(...list(page.logs));
      continuation = page.continuation;
    } while (continuation !== null);
    expect(paged).toEqual(whole);
    for (const [i, row] of whole.entries()) {
      const before = whole[i + 1];
      const expected = Number(before?.balance ?? 0) + Number(row.change);
      expect(Number(row.balance)).toBeCloseTo(expected, 8);
    }
    expect(whole.at(-1)).toMatchObject({ type: 'deposit', change: 100 });
  });

  test('words choose rows', async () => {
    const deposits = list((await own('get_transaction_log', { ...range, query: 'deposit' })).logs);
    expect(deposits).toHaveLength(1);
    const makers = await own('get_transaction_log', { ...range, query: 'trade maker' });
    expect(makers.logs).toEqual([]);
    const none = await own('get_transaction_log', { ...range, currency: 'SOL' });
    expect(none).toEqual({ logs: [], continuation: null });
    const backwards = { ...range, start_timestamp: 2, end_timestamp: 1 };
    expect((await refused('get_transaction_log', backwards)).param).toBe('end_timestamp');
  });
});

describe('subaccounts and transfers', () => {
  test('a main account opens subaccounts; a subaccount does not', async () => {
    const opened = await own('create_subaccount', {}, 2);
    expect(opened).toMatchObject({ type: 'subaccount', username: 'bob_1' });
    const listed = list(await own('get_subaccounts', { with_portfolio: true }, 2));
    expect(listed.map((row) => row.username)).toEqual(['bob', 'bob_1']);
    expect(listed[0]?.portfolio).toHaveProperty('btc');
    expect((await refused('create_subaccount', {}, 3)).errorName).toBe('unavailable_in_subaccount');
    const details = await own('get_subaccounts_details', {
      currency: 'BTC',
      with_open_orders: true,
    });
    expect(list(details).map((row) => row.uid)).toEqual([1, 3]);
    expect(list(list(details)[0]?.positions ?? ([] as never))).toHaveLength(2);
  });

  test('money moves within the family, and both sides see it', async () => {
    const params = { currency: 'BTC', amount: 1.5, destination: 3 };
    const sent = await own('submit_transfer_to_subaccount', params);
    expect(sent).toMatchObject({
      amount: 1.5,
      direction: 'payment',
      other_side: 'alice_1',
      state: 'confirmed',
      type: 'subaccount',
    });
    const received = await own('get_transfers', { currency: 'BTC' }, 3);
    expect(received).toMatchObject({ count: 1 });
    expect(list(received.data)[0]).toMatchObject({
      id: sent.id,
      amount: 1.5,
      direction: 'income',
      other_side: 'alice',
    });
    const back = { currency: 'BTC', amount: 0.5, source: 3, destination: 1 };
    await own('submit_transfer_between_subaccounts', back);
    expect((await own('get_account_summary', { currency: 'BTC' }, 3)).balance).toBe(101);
    expect((await own('get_transfers', { currency: 'BTC' })).count).toBe(2);
  });

  test('what must not move does not', async () => {
    const toBob = { currency: 'BTC', amount: 1, destination: 2 };
    expect((await refused('submit_transfer_to_subaccount', toBob)).errorName).toBe(
      'transfer_not_allowed',
    );
    const steal = { currency: 'BTC', amount: 1, source: 1, destination: 3 };
    const thief = await refused('submit_transfer_between_subaccounts', steal, 3);
    expect(thief.errorName).toBe('transfer_not_allowed');
    const much = { currency: 'BTC', amount: 10_000, destination: 3 };
    expect((await refused('submit_transfer_to_subaccount', much)).errorName).toBe(
      'not_enough_funds',
    );
    for (const amount of [0, -1, 0.000000001]) {
      const error = await refused('submit_transfer_to_subaccount', { ...much, amount });
      expect(error.param).toBe('amount');
    }
    const cancel = await refused('cancel_transfer_by_id', { currency: 'BTC', id: 1 });
    expect(cancel.errorName).toBe('transfer_not_found');
  });
});

describe('deposits and withdrawals', () => {
  test('an address is made once asked, and deposits name it', async () => {
    const first = await own('get_current_deposit_address', { currency: 'BTC' });
    expect(await own('get_current_deposit_address', { currency: 'BTC' })).toEqual(first);
    const made = await own('create_deposit_address', { currency: 'BTC' });
    expect(made.address).not.toBe(first.address);
    expect(text(made.address)).toMatch(/^\S+$/);
    expect(await own('get_current_deposit_address', { currency: 'BTC' })).toEqual(made);
    const { data, count } = await own('get_deposits', { currency: 'BTC' });
    expect(count).toBe(1);
    expect(list(data)[0]).toMatchObject({ amount: 100, state: 'completed', address: made.address });
    expect(await own('get_deposits', { currency: 'SOL' })).toEqual({ data: [], count: 0 });
  });

  test('without an address book, money goes to what looks like an address', async () => {
    const params = { currency: 'USDC', amount: 1 };
    const address = '0x00000000000000000000000000000000000000a1';
    expect(await own('withdraw', { ...params, address })).toMatchObject({ state: 'completed' });
    const nowhere = await refused('withdraw', { ...params, address: 'nowhere' });
    expect(nowhere.errorName).toBe('invalid_addr');
    await own('add_to_address_book', { currency: 'USDC', type: 'withdrawal', address: 'home' });
    expect((await refused('withdraw', { ...params, address })).errorName).toBe('invalid_addr');
  });

  test('a withdrawal needs its address in the book, and funds', async () => {
    const params = { currency: 'BTC', address: 'home', amount: 2 };
    expect((await refused('withdraw', params)).errorName).toBe('invalid_addr');
    const key = { currency: 'BTC', type: 'withdrawal', address: 'home' };
    await own('add_to_address_book', { ...key, label: 'mine' });
    expect((await refused('add_to_address_book', key)).errorName).toBe('address_already_exist');
    const before = Number((await own('get_account_summary', { currency: 'BTC' })).balance);
    const done = await own('withdraw', params);
    expect(done).toMatchObject({ amount: 2, fee: 0, state: 'completed', address: 'home' });
    const after = Number((await own('get_account_summary', { currency: 'BTC' })).balance);
    expect(before - after).toBeCloseTo(2, 8);
    expect((await refused('withdraw', { ...params, amount: 1000 })).errorName).toBe(
      'not_enough_funds',
    );
    const { data, count } = await own('get_withdrawals', { currency: 'BTC' });
    expect(count).toBe(2);
    expect(list(data).map((row) => row.state)).toEqual(['rejected', 'completed']);
    const late = await refused('cancel_withdrawal', { currency: 'BTC', id: done.id });
    expect(late.reason).toBe('the withdrawal is completed');
    const missing = await refused('cancel_withdrawal', { currency: 'BTC', id: 99 });
    expect(missing.errorName).toBe('not_found');
  });

  test('a withdrawal that a crash left open is finished from history', async () => {
    const { wallet } = venue.context;
    const open = (reference: string) =>
      wallet.createWithdrawal({
        accountId: 2 as never,
        currency: 'BTC',
        address: 'x',
        amount: 5e7 as never,
        fee: 0 as never,
        priority: 'high',
        state: 'unconfirmed',
        reference,
        transactionId: null,
        createdMs: startMs - 120_000,
        confirmedMs: null,
        updatedMs: startMs - 120_000,
      });
    open('booked');
    open('never-booked');
    venue.apply({
      type: 'withdraw',
      accountId: 2 as never,
      currency: 'BTC',
      amount: 5e7 as never,
      reference: 'booked',
    });
    const { data } = await own('get_withdrawals', { currency: 'BTC' }, 2);
    expect(list(data).map((row) => row.state)).toEqual(['rejected', 'completed']);
  });
});

describe('addresses and notices', () => {
  test('the address book is read, changed and emptied by its owner', async () => {
    const key = { currency: 'ETH', type: 'deposit_source', address: 'there' };
    const added = await own('add_to_address_book', { ...key, beneficiary_first_name: 'Ada' });
    expect(added).toMatchObject({ beneficiary_first_name: 'Ada', status: 'ready' });
    expect(await own('update_in_address_book', { ...key, label: 'l', agreed: true })).toBe('ok');
    const rows = list(await own('get_address_book', key));
    expect(rows[0]).toMatchObject({ label: 'l', agreed: true, beneficiary_first_name: 'Ada' });
    expect(await own('get_address_book', key, 2)).toEqual([]);
    expect((await refused('remove_from_address_book', key, 2)).errorName).toBe('not_found');
    expect(await own('remove_from_address_book', key)).toBe('ok');
    expect(await own('get_address_book', key)).toEqual([]);
  });

  test('beneficiaries are kept', async () => {
    const key = { currency: 'BTC', address: 'there' };
    await own('save_address_beneficiary', { ...key, unhosted: true, personal: true });
    expect(await own('get_address_beneficiary', key)).toMatchObject({ unhosted: true, user_id: 1 });
    expect(await own('list_address_beneficiaries', {})).toMatchObject({
      count: 1,
      continuation: null,
    });
    expect(await own('delete_address_beneficiary', key)).toBe('ok');
    expect((await refused('get_address_beneficiary', key)).errorName).toBe('not_found');
  });

  test('notices are told until they are read', async () => {
    venue.context.identity.announce({
      publishedMs: startMs - 1,
      title: 'Halt',
      body: 'Trading is halted.',
      important: true,
      confirmation: false,
    });
    const [notice] = list(await venue.call('public/get_announcements', {}, null));
    expect(notice).toMatchObject({ title: 'Halt', important: true });
    expect(list(await own('get_new_announcements'))).toHaveLength(1);
    const read = { announcement_id: notice?.id };
    expect(await own('set_announcement_as_read', read)).toBe('ok');
    expect(await own('get_new_announcements')).toEqual([]);
    expect((await refused('set_announcement_as_read', { announcement_id: 99 })).errorName).toBe(
      'not_found',
    );
  });

  test('settings, and what is not there', async () => {
    expect(await own('get_email_language')).toBe('en');
    expect(await own('set_email_language', { language: 'de' })).toBe('ok');
    expect(await own('get_email_language')).toBe('de');
    expect(await own('get_affiliate_program_info')).toMatchObject({ is_enabled: false });
    expect(await own('get_reward_eligibility')).toHaveProperty('usdc');
    const products = { user_id: 3, trading_products: ['options'] };
    expect((await refused('set_disabled_trading_products', products)).errorName).toBe(
      'not_implemented',
    );
  });
});
