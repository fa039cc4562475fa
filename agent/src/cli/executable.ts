import { sodium } from '@sallyport/bundle-tools/trust/sodium';
import { main } from './main.ts';

// The first module of the agent as one executable (scripts/packages/executable.ts). Its form has no `await` outside of functions, so the
// one in trust/sodium is left out there and waited for here.

// A reader that has seen enough (`| head`) is no fault of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

async function start(): Promise<void> {
  await sodium.ready;
  await main(process.argv.slice(2));
}

void start();
