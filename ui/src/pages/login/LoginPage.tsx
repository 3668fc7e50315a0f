import { zodResolver } from '@hookform/resolvers/zod';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { z } from 'zod';
import { login } from '@/api/actions';
import { sessionQuery } from '@/api/queries';
import { chooseLanguage, LANGUAGES } from '@/i18n';
import { useErrorWords } from '@/lib/useErrorWords';
import { Button } from '@/parts/ui/Button';
import { TextField } from '@/parts/ui/Field';

const schema = z.object({ token: z.string().trim().min(1, 'form.required') });

/** Opens the admin pages with the admin token. A one-time link needs no visit here. */
export function LoginPage() {
  const { t } = useTranslation();
  const { next, link } = useSearch({ from: '/login' });
  const navigate = useNavigate();
  const client = useQueryClient();
  const words = useErrorWords();
  const form = useForm({ resolver: zodResolver(schema), defaultValues: { token: '' } });
  const enter = form.handleSubmit(async ({ token }) => {
    try {
      await login(token);
      await client.fetchQuery({ ...sessionQuery, staleTime: 0 });
    } catch (error) {
      form.setError('token', { message: words(error)[0] }, { shouldFocus: true });
      return;
    }
    navigate({ href: next?.startsWith('/') && !next.startsWith('//') ? next : '/overview' });
  });
  return (
    <main className="grid min-h-full place-items-center p-6">
      <div className="w-full max-w-sm">
        <div className="mb-5 flex items-center gap-3">
          <img src="/favicon.svg" alt="" className="size-9" />
          <div>
            <h1 className="text-xl font-semibold tracking-tight">Keyway</h1>
            <p className="text-sm text-soft">{t('login.about')}</p>
          </div>
        </div>
        {link && (
          <p role="status" className="mb-3 rounded-md bg-warn-wash px-3 py-2 text-sm text-warn">
            {t('login.linkUsed')}
          </p>
        )}
        <form onSubmit={enter} noValidate className="grid gap-4 rounded-lg border border-line bg-panel p-5">
          <TextField form={form} name="token" type="password" label={t('login.token')} mono />
          {/* Not a hint of the field: who gave a wrong token needs it most. */}
          <p className="-mt-3 text-xs text-faint">{t('login.hint')}</p>
          <Button type="submit" look="primary" className="justify-center" busy={form.formState.isSubmitting}>
            {t('login.enter')}
          </Button>
        </form>
        <p className="mt-3 flex justify-center gap-3 text-sm">
          {LANGUAGES.map((language) => (
            <button
              key={language}
              type="button"
              lang={language}
              className="text-soft underline-offset-2 hover:underline"
              onClick={() => chooseLanguage(language)}
            >
              {t(`language.${language}`)}
            </button>
          ))}
        </p>
      </div>
    </main>
  );
}
