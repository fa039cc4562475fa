import { sodium } from '@sallyport/bundle-tools/trust/sodium';
import { main } from './main.ts';

// The first module of the agent as one executable (scripts/packages/executable.ts). Its form has no `await` outside of functions, so the
// one in trust/sodium is left out there and waited for here.

for (const output of [process.stdout, process.stderr])
  output.on('error', (error: NodeJS.ErrnoException) => {
    // A reader that has seen enough (`| head`) is no fault of ours.
    if (error.code === 'EPIPE') process.exit(0);
    // The installer of Windows gives no output at all.
    if (error.code !== 'EBADF') throw error;
  });

async function start(): Promise<void> {
  await sodium.ready;
  await main(process.argv.slice(2));
}

void start();
