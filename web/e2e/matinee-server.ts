import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const BINARY = process.env.MATINEE_BINARY ?? fileURLToPath(new URL('../../bin/matinee', import.meta.url));

type Options = {
  /** More of the command line of `matinee serve`. */
  args?: readonly string[];
  env?: NodeJS.ProcessEnv;
};

/** A real server with an empty data folder of its own. */
export class MatineeServer {
  readonly url: string;
  readonly setupUrl: string;
  readonly folder: string;
  readonly #options: Options;
  #process: ChildProcess;

  private constructor(started: Started, folder: string, options: Options) {
    this.url = started.url;
    this.setupUrl = started.setupUrl;
    this.#process = started.process;
    this.folder = folder;
    this.#options = options;
  }

  /** Starts the binary on a free port and waits until it accepts requests. */
  static async start(options: Options = {}): Promise<MatineeServer> {
    const folder = await mkdtemp(join(tmpdir(), 'matinee-e2e-'));
    return new MatineeServer(await run(folder, 0, options, true), folder, options);
  }

  get setupToken(): string {
    return new URL(this.setupUrl).searchParams.get('token') ?? '';
  }

  /** Ends the process at once, as a power cut does; the data stays. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** Starts it again at the same address with the same data. */
  async restart(): Promise<void> {
    this.#process = (await run(this.folder, Number(new URL(this.url).port), this.#options, false)).process;
  }

  async stop(): Promise<void> {
    await this.#end('SIGTERM');
    await rm(this.folder, { recursive: true, force: true });
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const { exitCode, signalCode } = this.#process;
    if (exitCode !== null || signalCode !== null) return;
    const exit = once(this.#process, 'exit');
    this.#process.kill(signal);
    await exit;
  }
}

type Started = { url: string; setupUrl: string; process: ChildProcess };

async function run(folder: string, port: number, { args = [], env }: Options, isNew: boolean): Promise<Started> {
  const child = spawn(BINARY, ['serve', '--data', folder, '--listen', `127.0.0.1:${port}`, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  const log: string[] = [];
  child.stderr.on('data', (text) => log.push(String(text)));
  let [url, setupUrl] = ['', ''];
  for await (const line of createInterface({ input: child.stdout })) {
    url ||= /ready at (http\S+)/.exec(line)?.[1] ?? '';
    setupUrl ||= /administrator at (http\S+)/.exec(line)?.[1] ?? '';
    if (url && (setupUrl || !isNew)) break;
  }
  if (!url || (isNew && !setupUrl)) throw new Error(`matinee did not start:\n${log.join('')}`);
  child.stdout.resume();
  return { url, setupUrl, process: child };
}
