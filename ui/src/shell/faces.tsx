import { Link, useRouter } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { Failed } from '@/parts/ui/faces';

/** A path that is no page. */
export function Lost() {
  const { t } = useTranslation();
  return (
    <main className="grid h-full place-content-center gap-2 text-center">
      <h1 className="text-xl font-semibold">{t('lost.title')}</h1>
      <Link to="/overview" className="text-accent underline">
        {t('lost.home')}
      </Link>
    </main>
  );
}

/** The frame itself could not be shown. */
export function PageFailed({ error }: { error: unknown }) {
  const router = useRouter();
  return (
    <main className="mx-auto max-w-xl p-10">
      <Failed error={error} retry={() => router.invalidate()} />
    </main>
  );
}
