import { Trans } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { meQuery } from '@/api/queries';
import { ButtonLink } from '@/ui/button';
import { Avatar } from './avatar';

const AccountMenu = lazy(() => import('./account-menu'));

/** The door to one's account at the end of the header. The menu comes later: a stranger never loads it. */
export function AccountButton() {
  const me = useQuery(meQuery);
  if (me.isPending) return null;
  if (!me.data) {
    return (
      <ButtonLink to="/sign-in">
        <Trans>Sign in</Trans>
      </ButtonLink>
    );
  }
  return (
    <Suspense fallback={<Avatar name={me.data.name} />}>
      <AccountMenu me={me.data} />
    </Suspense>
  );
}
