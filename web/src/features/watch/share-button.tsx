import { Trans } from '@lingui/react/macro';
import { IconShare } from '@tabler/icons-react';
import { Button } from '@/ui/button';

/** Hands a link to the other programs of a phone; nothing where the browser has no such way. */
export function ShareButton({ title, url }: { title: string; url: string }) {
  if (!('share' in navigator)) return null;
  const share = async () => {
    try {
      await navigator.share({ title, url });
    } catch {
      // The person thought better of it.
    }
  };
  return (
    <Button onClick={share}>
      <IconShare size={18} aria-hidden />
      <Trans>Share</Trans>
    </Button>
  );
}
