import { Trans, useLingui } from '@lingui/react/macro';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { createSampleVideo } from '@/api/actions';
import { ApiError } from '@/api/api-error';
import { instanceQuery, meQuery } from '@/api/queries';
import { Button, ButtonLink } from '@/ui/button';
import { LogoMark } from '@/ui/logo';
import { Notice } from '@/ui/notice';
import classes from './home-empty.module.css';

/** What the first page says while there is no video, with the next thing to do. */
export function HomeEmpty() {
  const me = useQuery(meQuery);
  const instance = useQuery(instanceQuery);
  if (me.isPending || instance.isPending) return null;
  if (instance.data?.setup_required) return <SetupFirst />;
  return me.data ? <FirstVideo sample={instance.data?.sample ?? false} /> : <NothingPublic />;
}

function SetupFirst() {
  return (
    <Notice icon={<LogoMark size={48} />} title={<Trans>This server has no administrator yet</Trans>}>
      <Trans>Open the setup link that Matinee printed when it started.</Trans>
    </Notice>
  );
}

function NothingPublic() {
  return (
    <Notice
      icon={<LogoMark size={48} />}
      title={<Trans>Nothing is showing yet</Trans>}
      actions={
        <ButtonLink to="/sign-in" look="primary">
          <Trans>Sign in</Trans>
        </ButtonLink>
      }
    >
      <Trans>No public video is here so far. Sign in to see yours.</Trans>
    </Notice>
  );
}

function FirstVideo({ sample: offered }: { sample: boolean }) {
  const { t } = useLingui();
  const navigate = useNavigate();
  const sample = useMutation({
    mutationFn: createSampleVideo,
    onSuccess: ({ id }) => navigate({ to: '/w/$id', params: { id } }),
  });
  return (
    <Notice
      icon={<LogoMark size={48} />}
      title={<Trans>The room is ready, the screen is empty</Trans>}
      actions={
        <>
          <ButtonLink to="/upload" look="primary">
            <Trans>Upload a video</Trans>
          </ButtonLink>
          {offered && (
            <Button disabled={sample.isPending} onClick={() => sample.mutate()}>
              <Trans>Try it with a sample clip</Trans>
            </Button>
          )}
        </>
      }
    >
      <Trans>A video plays as soon as it has arrived, while its other sizes are still being made.</Trans>
      {sample.isError && (
        <p role="alert" className={classes.error}>
          {sample.error instanceof ApiError ? sample.error.message : t`The sample could not be added. Try again.`}
        </p>
      )}
    </Notice>
  );
}
