import { Trans, useLingui } from '@lingui/react/macro';
import { IconLock, IconMovieOff } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { meQuery } from '@/api/queries';
import { usePageTitle } from '@/lib/use-page-title';
import { ButtonLink } from '@/ui/button';
import { Notice } from '@/ui/notice';

/** For an address without a video, or with one that this viewer may not know of: both look the same. */
export function MissingVideo({ id }: { id: string }) {
  const { t } = useLingui();
  const me = useQuery(meQuery);
  usePageTitle(t`Video not found`);
  if (me.isPending) return null;
  if (!me.data) return <AskToSignIn id={id} />;
  return (
    <Notice
      icon={<IconMovieOff size={40} aria-hidden />}
      title={<Trans>There is nothing at this address</Trans>}
      actions={
        <ButtonLink to="/" look="primary">
          <Trans>See all videos</Trans>
        </ButtonLink>
      }
    >
      <Trans>The video may have been deleted, or its owner may not have shared it with you.</Trans>
    </Notice>
  );
}

function AskToSignIn({ id }: { id: string }) {
  return (
    <Notice
      icon={<IconLock size={40} aria-hidden />}
      title={<Trans>There is nothing at this address</Trans>}
      actions={
        <>
          <ButtonLink to="/sign-in" search={{ next: `/w/${id}` }} look="primary">
            <Trans>Sign in</Trans>
          </ButtonLink>
          <ButtonLink to="/">
            <Trans>See all videos</Trans>
          </ButtonLink>
        </>
      }
    >
      <Trans>The video may be private: sign in with an account that may watch it. It may also have been deleted.</Trans>
    </Notice>
  );
}
