import { Trans } from '@lingui/react/macro';
import { IconBell, IconBellOff } from '@tabler/icons-react';
import { useWatched } from '@/lib/activity';
import { beginTelling, endTelling, telling } from '@/lib/notify';
import { Button } from './button';

/** Offers a notification once a video can be watched; the browser is asked by this click and never before. */
export function TellMe() {
  const state = useWatched(telling);
  switch (state) {
    case 'off':
      return (
        <Button onClick={() => void beginTelling()}>
          <IconBell size={18} aria-hidden />
          <Trans>Tell me when it is ready</Trans>
        </Button>
      );
    case 'on':
      return (
        <Button onClick={endTelling}>
          <IconBellOff size={18} aria-hidden />
          <Trans>Do not tell me</Trans>
        </Button>
      );
    case 'refused':
      return (
        <span role="status">
          <Trans>Your browser allows no notifications here; the name of the tab says when it is ready.</Trans>
        </span>
      );
    default:
      return null;
  }
}
