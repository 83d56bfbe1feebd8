import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { useRouterState } from '@tanstack/react-router';
import { meQuery } from '@/api/queries';
import { usePageTitle } from '@/lib/use-page-title';
import { ButtonLink } from './button';
import { LogoMark } from './logo';
import { Notice } from './notice';

/** The page for an address where nothing is, or nothing this viewer may know of. */
export function NotFound() {
  const { t } = useLingui();
  const me = useQuery(meQuery);
  const here = useRouterState({ select: ({ location }) => location.href });
  usePageTitle(t`Page not found`);
  return (
    <Notice
      icon={<LogoMark size={48} />}
      title={<Trans>There is nothing at this address</Trans>}
      actions={
        <>
          <ButtonLink to="/" look="primary">
            <Trans>Go to the first page</Trans>
          </ButtonLink>
          {me.data === null && (
            <ButtonLink to="/sign-in" search={{ next: here }}>
              <Trans>Sign in</Trans>
            </ButtonLink>
          )}
        </>
      }
    >
      <Trans>The page may have been removed, or you may need to sign in to see it.</Trans>
    </Notice>
  );
}
