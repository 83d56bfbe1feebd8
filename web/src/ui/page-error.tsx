import { useRouter } from '@tanstack/react-router';
import { ErrorNotice } from './notice';

/** What a page shows when it broke. */
export function PageError({ error, reset }: { error: unknown; reset: () => void }) {
  const router = useRouter();
  const retry = () => {
    reset();
    void router.invalidate();
  };
  return <ErrorNotice error={error} onRetry={retry} />;
}
