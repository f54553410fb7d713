#!/usr/bin/env node
// The exchange's command line: without a command it runs the exchange; the commands talk to a
// running one, or work on its data folder while it is stopped. Every failure is one sentence on
// stderr and a non-zero exit. A command's parts are loaded when it runs, so that a wrong option or
// a question to a running exchange need not wait for an engine to load.
import { writeFile } from 'node:fs/promises';
import { currencies, OperationalError } from '@openstrike/domain';
import { Command } from 'commander';
import { askControl } from './control-socket.ts';
import { dataFolderOf } from './data-folder.ts';
import {
  commanderOptions,
  describeOptions,
  type ExchangeOptions,
  resolveOptions,
} from './options.ts';
import { packageVersion } from './package-version.ts';

type Flags = Record<string, unknown>;
type Words = Record<string, string | undefined>;

const withOptions = (command: Command): Command => {
  for (const option of commanderOptions()) command.addOption(option);
  return command;
};

const print = (value: unknown): void => {
  process.stdout.write(`${typeof value === 'string' ? value : JSON.stringify(value, null, 2)}\n`);
};

const dataFolder = (flags: Flags): string =>
  resolveOptions({ config: flags['config'], data: flags['data'] }, process.env).options.data;

/** A command that the running exchange carries out. */
const operatorCommand = (
  program: Command,
  signature: string,
  explain: string,
  request: (flags: Words, ...args: string[]) => { command: string; args: Words },
): Command =>
  program
    .command(signature)
    .description(explain)
    .option('--data <folder>', 'data folder of the running exchange')
    .option('--config <file>', 'configuration file')
    .action(async (...given: unknown[]) => {
      const flags = given.at(-2) as Words;
      const words = given.slice(0, -2) as string[];
      print(await askControl(dataFolder(flags), request(flags, ...words)));
    });

const addAccountCommands = (program: Command): void => {
  const account = program.command('account').description('accounts of the running exchange');
  operatorCommand(account, 'create <name>', 'create an account', ({ parent }, name) => ({
    command: 'account create',
    args: { name, parent },
  })).option('--parent <account>', 'main account of a subaccount');
  operatorCommand(account, 'list', 'list the accounts', () => ({
    command: 'account list',
    args: {},
  }));
  operatorCommand(
    account,
    'access <account> <access>',
    'normal, cancel-only or locked',
    (_flags, name, access) => ({ command: 'account access', args: { account: name, access } }),
  );
  operatorCommand(account, 'tier <account> <tier>', 'set the rate tier', (_flags, name, tier) => ({
    command: 'account tier',
    args: { account: name, tier },
  }));
  const key = program.command('key').description('API keys of the running exchange');
  operatorCommand(key, 'create <account>', 'create a key', ({ name, scope }, owner) => ({
    command: 'key create',
    args: { account: owner, name, scope },
  }))
    .option('--name <text>', 'name of the key')
    .option('--scope <words>', 'scope words, such as "trade:read account:read"');
  operatorCommand(key, 'list <account>', 'list the keys of an account', (_flags, owner) => ({
    command: 'key list',
    args: { account: owner },
  }));
  operatorCommand(key, 'remove <account> <id>', 'remove a key', (_flags, owner, id) => ({
    command: 'key remove',
    args: { account: owner, id },
  }));
};

const addSolvencyCommands = (program: Command): void => {
  operatorCommand(program, 'halts', 'what is halted, and the trail of what was', () => ({
    command: 'halts',
    args: {},
  }));
  operatorCommand(program, 'insurance', 'the insurance funds and what they may bear', () => ({
    command: 'insurance',
    args: {},
  }));
  operatorCommand(
    program,
    'fund-insurance <currency> <amount>',
    'pay into an insurance fund',
    ({ reference }, currency, amount) => ({
      command: 'fund-insurance',
      args: { currency, amount, reference },
    }),
  ).option('--reference <text>', 'unique reference: a repeated one is refused');
  operatorCommand(
    program,
    'provider <account> [provides]',
    'let an account answer liquidation auctions (or no longer: false)',
    (_flags, account, provides) => ({ command: 'provider', args: { account, provides } }),
  );
  operatorCommand(
    program,
    'call-auctions [seconds]',
    'trade by call auctions of so many seconds on fast moves; 0 for none',
    (_flags, seconds) => ({ command: 'call-auctions', args: { seconds } }),
  );
};

const addVenueCommands = (program: Command): void => {
  addSolvencyCommands(program);
  operatorCommand(
    program,
    'deposit <account> <currency> <amount>',
    'credit a deposit',
    ({ reference }, account, currency, amount) => ({
      command: 'deposit',
      args: { account, currency, amount, reference },
    }),
  ).option('--reference <text>', 'unique reference: a repeated one is refused');
  operatorCommand(program, 'halt', 'take cancels only', ({ currency, reason }) => ({
    command: 'halt',
    args: { currency, reason },
  }))
    .option('--currency <name>', 'only instruments that settle in it')
    .option('--reason <text>', 'shown to clients');
  for (const verb of ['kill', 'release'] as const) {
    const explain =
      verb === 'kill'
        ? 'cancel all orders of the venue, an account or a key, and take no new ones'
        : 'let what was killed trade again';
    operatorCommand(program, `${verb} [account]`, explain, ({ key, reason }, account) => ({
      command: verb,
      args: { account, key, reason },
    }))
      .option('--key <id>', 'only the orders that came with this API key of the account')
      .option('--reason <text>', 'kept in the journal');
  }
  operatorCommand(program, 'resume', 'take orders again', ({ currency }) => ({
    command: 'resume',
    args: { currency },
  })).option('--currency <name>', 'only instruments that settle in it');
  operatorCommand(
    program,
    'announce <title> [body]',
    'tell every client',
    (_flags, title, body) => ({
      command: 'announce',
      args: { title, body },
    }),
  );
  operatorCommand(program, 'status', 'how the running exchange does', () => ({
    command: 'status',
    args: {},
  }));
  operatorCommand(program, 'snapshot', 'write a snapshot now', () => ({
    command: 'snapshot',
    args: {},
  }));
  operatorCommand(program, 'backup <folder>', 'copy the running exchange', (_flags, folder) => ({
    command: 'backup',
    args: { folder },
  }));
};

const addChainCommand = (program: Command): void => {
  program
    .command('chain [series]')
    .description('print a series of the running exchange, such as BTC, ETH-27NOV26, BTC_USDC')
    .option('--data <folder>', 'data folder of the running exchange')
    .option('--config <file>', 'configuration file')
    .action(async (series: string | undefined, flags: Flags) => {
      const { printChain } = await import('./chain.ts');
      print(await printChain(dataFolder(flags), series ?? 'BTC'));
    });
};

const addCoverageCommand = (program: Command): void => {
  program
    .command('coverage <underlying> <file>')
    .description('whether portfolio margin covers what books lost in two days of a CSV of bars')
    .option('--step <bars>', 'bars from one start to the next', '1')
    .action(async (underlying: string, file: string, { step }: { step: string }) => {
      const bars = Number(step);
      if (!Number.isSafeInteger(bars) || bars < 1) {
        throw new OperationalError(
          'bad-option',
          `--step takes a whole number from 1, not "${step}".`,
        );
      }
      const { coverageReport } = await import('./coverage-report.ts');
      print(coverageReport(underlying.toUpperCase(), file, bars));
    });
};

const addSurfaceCommand = (program: Command): void => {
  program
    .command('surface <files...>')
    .description('fit a recorded option chain; print and draw smiles, term structure, arbitrage')
    .option('--underlying <name>', 'BTC or ETH', 'BTC')
    .option('--at <time>', 'the last chain at or before this time (ISO 8601); the last by default')
    .option('--svg <file>', 'draw it into this file too')
    .action(async (files: string[], flags: Words) => {
      const underlying = (flags['underlying'] ?? '').toUpperCase();
      if (underlying !== 'BTC' && underlying !== 'ETH') {
        throw new OperationalError('bad-option', '--underlying takes BTC or ETH.');
      }
      const untilUs = flags['at'] === undefined ? Infinity : Date.parse(flags['at']) * 1000;
      if (Number.isNaN(untilUs)) {
        throw new OperationalError('bad-option', '--at takes a time such as 2026-02-06T04:30:00Z.');
      }
      const { findSnapshot, viewSurface } = await import('./surface/surface-view.ts');
      const { surfacePicture } = await import('./surface/surface-picture.ts');
      const { surfaceText } = await import('./surface/surface-text.ts');
      const view = viewSurface(await findSnapshot(files, underlying, untilUs));
      print(surfaceText(view));
      if (flags['svg'] !== undefined) await writeFile(flags['svg'], surfacePicture(view));
    });
};

const wordsOf = (text: string | undefined): readonly string[] =>
  (text ?? '').split(',').flatMap((word) => (word.trim() === '' ? [] : [word.trim()]));

const addRecordCommand = (program: Command): void => {
  program
    .command('record')
    .description('record what venues tell into Parquet, until Ctrl-C')
    .requiredOption('--source <names>', 'such as deribit,coinbase; openstrike is this exchange')
    .requiredOption('--to <folder>', 'folder of the recording; a new one, or one to go on with')
    .option('--underlyings <names>', 'whose options and futures are followed', 'BTC,ETH')
    .option('--own <address>', 'where the exchange is', 'http://127.0.0.1:8080')
    .action(async (flags: Words) => {
      const underlyings = wordsOf(flags['underlyings']);
      if (!underlyings.every((each) => each === 'BTC' || each === 'ETH')) {
        throw new OperationalError('bad-option', '--underlyings takes BTC, ETH or both.');
      }
      const ending = new AbortController();
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
        process.once(signal, () => ending.abort());
      }
      const task = {
        folder: String(flags['to']),
        sources: wordsOf(flags['source']),
        underlyings,
        own: String(flags['own']),
        say: (line: string): void => print(line),
      };
      const { recordMarkets } = await import('./record.ts');
      await recordMarkets(task, ending.signal);
    });
};

const addFolderCommands = (program: Command): void => {
  const offline = (name: 'verify' | 'restore', signature: string, explain: string): void => {
    program
      .command(signature)
      .description(explain)
      .option('--data <folder>', 'data folder')
      .option('--config <file>', 'configuration file')
      .action(async (...given: unknown[]) => {
        const flags = given.at(-2) as Flags;
        const { runOffline } = await import('./offline.ts');
        await runOffline(name, dataFolder(flags), given.slice(0, -2) as string[]);
      });
  };
  offline('verify', 'verify', 'recompute the journal of a stopped exchange from zero');
  offline('restore', 'restore <backup>', 'make a data folder from a backup');
  withOptions(program.command('config').description('print the effective configuration')).action(
    (flags: Flags) => print(describeOptions(resolveOptions(flags, process.env))),
  );
};

const addMarkCommand = (program: Command): void => {
  program
    .command('mark-at <instrument> <time>')
    .description('what an instrument was marked at a past time (ISO 8601), and what made the mark')
    .option('--data <folder>', 'data folder of a stopped exchange, or a backup of a running one')
    .option('--config <file>', 'configuration file')
    .action(async (instrument: string, time: string, flags: Flags) => {
      const atMs = Date.parse(time);
      if (Number.isNaN(atMs)) {
        const sentence = `A time is written like 2026-12-25T08:00:00Z, not "${time}".`;
        throw new OperationalError('bad-option', sentence);
      }
      const { markAt } = await import('./mark-at.ts');
      print(await markAt(dataFolderOf(dataFolder(flags)).journal, instrument, atMs * 1_000));
    });
};

const withFiles = (files: readonly string[], flags: Flags): Flags =>
  files.length === 0 ? flags : { ...flags, replayFiles: files };

const addCertificateCommand = (program: Command): void => {
  program
    .command('certificate <account-or-file>')
    .description('compute a margin certificate again: of a file, or of an account in a journal')
    .option('--currency <currency>', 'of an account', 'BTC')
    .option('--seq <number>', 'of an account: after which command; the last one without it')
    .option('--contracts <folder>', 'of a file: the contract tables it was made under', '')
    .option('--data <folder>', 'data folder of a stopped exchange, or a backup of a running one')
    .option('--config <file>', 'configuration file')
    .action(async (name: string, flags: Flags) => {
      const { certificateOfFile, certificateOfJournal } = await import('./certificate-report.ts');
      if (name.endsWith('.json')) {
        const { loadContractTables } = await import('./contract-tables.ts');
        const tables = loadContractTables(String(flags['contracts']), []);
        print(certificateOfFile(name, tables));
        return;
      }
      const currency = currencies.find((each) => each === flags['currency']);
      const seq = flags['seq'] === undefined ? null : Number(flags['seq']);
      if (currency === undefined || (seq !== null && !(Number.isSafeInteger(seq) && seq > 0))) {
        const sentence = `--currency takes ${currencies.join(', ')}, --seq a whole number from 1.`;
        throw new OperationalError('bad-option', sentence);
      }
      const { journal } = dataFolderOf(dataFolder(flags));
      print(await certificateOfJournal(journal, name, currency, seq));
    });
};

const addProofCommand = (program: Command): void => {
  program
    .command('verify-proof <file>')
    .description('check your own proof of liabilities; needs no running exchange')
    .option('--root <hash>', 'the root as published, learned from somewhere else than the proof')
    .action(async (file: string, { root }: { readonly root?: string }) => {
      const { verifyProofFile } = await import('./verify-proof.ts');
      print(verifyProofFile(file, root ?? null));
    });
};

const run = async (flags: Flags, check?: (options: ExchangeOptions) => void): Promise<void> => {
  const { options } = resolveOptions(flags, process.env);
  check?.(options);
  const { runExchange } = await import('./run-exchange.ts');
  await runExchange(options);
};

const program = withOptions(new Command('openstrike'))
  .description('A self-hosted, Deribit-compatible options exchange; without a command, runs it.')
  .version(packageVersion())
  .showHelpAfterError('(see --help)')
  .enablePositionalOptions()
  .argument('[files...]', 'files to replay, with --market replay')
  .action((files: string[], flags: Flags) =>
    run(withFiles(files, flags), ({ market }) => {
      if (files.length > 0 && market !== 'replay') {
        const word = JSON.stringify(files[0]);
        program.error(`error: ${word} is no command, and files need --market replay`);
      }
    }),
  );
withOptions(program.command('replay <files...>'))
  .description('run the exchange on recorded option chains; the same as --market replay')
  .action((files: string[], flags: Flags) => run({ market: 'replay', ...withFiles(files, flags) }));
addAccountCommands(program);
addVenueCommands(program);
addFolderCommands(program);
addChainCommand(program);
addCoverageCommand(program);
addSurfaceCommand(program);
addRecordCommand(program);
addProofCommand(program);
addMarkCommand(program);
addCertificateCommand(program);

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof OperationalError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
