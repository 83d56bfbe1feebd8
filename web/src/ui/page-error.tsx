import { useLingui } from '@lingui/react/macro';
import { useRouter } from '@tanstack/react-router';
import { client, unwrap } from '@/api/client';
import { PageLoadError } from '@/api/page-load-error';
import { say } from '@/lib/toast';
import { ErrorNotice } from './notice';

/** What a page shows when it broke. */
export function PageError({ error, reset }: { error: unknown; reset: () => void }) {
  const { t } = useLingui();
  const router = useRouter();
  const retry = () => {
    reset();
    void router.invalidate();
  };
  // A browser keeps a failed import: only a reload asks again, and only an answering server survives one.
  const reload = async () => {
    try {
      await unwrap(client.GET('/api/v1/instance'));
      window.location.reload();
    } catch {
      say(t`The server does not answer yet.`);
    }
  };
  return <ErrorNotice error={error} onRetry={error instanceof PageLoadError ? () => void reload() : retry} />;
}
