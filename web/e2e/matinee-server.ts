import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const BINARY = process.env.MATINEE_BINARY ?? fileURLToPath(new URL('../../bin/matinee', import.meta.url));

/** A real server with an empty data folder of its own. */
export class MatineeServer {
  readonly url: string;
  readonly setupUrl: string;
  readonly #process: ChildProcess;
  readonly #folder: string;

  private constructor(url: string, setupUrl: string, process: ChildProcess, folder: string) {
    this.url = url;
    this.setupUrl = setupUrl;
    this.#process = process;
    this.#folder = folder;
  }

  /** Starts the binary on a free port and waits until it accepts requests. */
  static async start(): Promise<MatineeServer> {
    const folder = await mkdtemp(join(tmpdir(), 'matinee-e2e-'));
    const process = spawn(BINARY, ['serve', '--data', folder, '--listen', '127.0.0.1:0'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const log: string[] = [];
    process.stderr.on('data', (text) => log.push(String(text)));
    const lines = createInterface({ input: process.stdout });
    let [url, setupUrl] = ['', ''];
    for await (const line of lines) {
      url ||= /ready at (http\S+)/.exec(line)?.[1] ?? '';
      setupUrl ||= /administrator at (http\S+)/.exec(line)?.[1] ?? '';
      if (url && setupUrl) break;
    }
    if (!url || !setupUrl) throw new Error(`matinee did not start:\n${log.join('')}`);
    process.stdout.resume();
    return new MatineeServer(url, setupUrl, process, folder);
  }

  get setupToken(): string {
    return new URL(this.setupUrl).searchParams.get('token') ?? '';
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode === null) {
      const exit = once(this.#process, 'exit');
      this.#process.kill('SIGTERM');
      await exit;
    }
    await rm(this.#folder, { recursive: true, force: true });
  }
}
