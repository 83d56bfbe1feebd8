import './inputs.css';
import { Trans, useLingui } from '@lingui/react/macro';
import { PasswordInput, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useEffect } from 'react';
import { signIn } from '@/api/actions';
import { toasts } from '@/lib/toast';
import { usePageTitle } from '@/lib/use-page-title';
import { Button } from '@/ui/button';
import classes from './form.module.css';
import { FormError } from './form-error';
import { useEnter } from './use-enter';

const route = getRouteApi('/sign-in');

/** Lets a person in. */
export default function SignInPage() {
  const { t } = useLingui();
  const { next } = route.useSearch();
  const enter = useEnter(next);
  usePageTitle(t`Sign in`);
  useEffect(() => toasts.set([]), []); // the word that one is signed out has done its work
  const attempt = useMutation({ mutationFn: signIn, onSuccess: enter });

  const submit = (form: FormData) =>
    attempt.mutate({ email: String(form.get('email')).trim(), password: String(form.get('password')) });
  return (
    <div className={classes.page}>
      <h1>
        <Trans>Sign in</Trans>
      </h1>
      <form
        className={classes.card}
        onSubmit={(event) => {
          event.preventDefault();
          submit(new FormData(event.currentTarget));
        }}
      >
        <TextInput
          name="email"
          type="email"
          label={t`Email`}
          autoComplete="username"
          required
          autoFocus
          withAsterisk={false}
        />
        <PasswordInput
          name="password"
          label={t`Password`}
          autoComplete="current-password"
          required
          withAsterisk={false}
          visibilityToggleButtonProps={{ 'aria-label': t`Show the password` }}
        />
        {attempt.isError && <FormError error={attempt.error} />}
        <Button type="submit" look="primary" disabled={attempt.isPending}>
          <Trans>Sign in</Trans>
        </Button>
      </form>
    </div>
  );
}
