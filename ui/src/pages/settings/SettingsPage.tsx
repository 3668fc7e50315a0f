import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { changeSettings } from '@/api/actions';
import { configQuery, overviewQuery } from '@/api/queries';
import { chooseLanguage, LANGUAGES, type Language } from '@/i18n';
import { chooseTheme, THEMES, type Theme, useTheme } from '@/lib/theme';
import { useChange } from '@/lib/useChange';
import { Field } from '@/parts/ui/Field';
import { Select } from '@/parts/ui/inputs';
import { Page, Section } from '@/parts/ui/Page';
import { Shown } from '@/parts/ui/Shown';
import { GatewaySettings } from './GatewaySettings';
import { Warnings } from './Warnings';

/** Settings: language, theme, and what this gateway is. */
export function SettingsPage() {
  const { t } = useTranslation();
  const warnings = useQuery(overviewQuery).data?.warnings ?? [];
  return (
    <Page title={t('settings.title')} about={t('settings.about')}>
      <Warnings names={warnings} />
      <Section title={t('settings.general')}>
        <div className="grid max-w-xl grid-cols-2 gap-4 rounded-lg border border-line bg-panel p-4">
          <LanguageChoice />
          <ThemeChoice />
        </div>
      </Section>
      <Section title={t('settings.gateway')}>
        <GatewaySettings />
      </Section>
      <Section title={t('settings.aboutHead')}>
        <About />
      </Section>
    </Page>
  );
}

function LanguageChoice() {
  const { t, i18n } = useTranslation();
  const { attempt } = useChange({
    run: (language: Language) => changeSettings({ language }),
    what: 'settings',
  });
  const choose = (language: Language) => {
    chooseLanguage(language);
    attempt(language);
  };
  return (
    <Field label={t('settings.language')} hint={t('settings.languageHint')}>
      {(wires) => (
        <Select {...wires} value={i18n.language} onChange={(event) => choose(event.target.value as Language)}>
          {LANGUAGES.map((language) => (
            <option key={language} value={language} lang={language}>
              {t(`language.${language}`)}
            </option>
          ))}
        </Select>
      )}
    </Field>
  );
}

function ThemeChoice() {
  const { t } = useTranslation();
  const theme = useTheme();
  return (
    <Field label={t('settings.theme')} hint={t('settings.themeHint')}>
      {(wires) => (
        <Select {...wires} value={theme} onChange={(event) => chooseTheme(event.target.value as Theme)}>
          {THEMES.map((each) => (
            <option key={each} value={each}>
              {t(`theme.${each}`)}
            </option>
          ))}
        </Select>
      )}
    </Field>
  );
}

function About() {
  const { t } = useTranslation();
  const config = useQuery(configQuery);
  const overview = useQuery(overviewQuery).data;
  return (
    <Shown query={config} rows={2}>
      {({ version, app_base_url }) => (
        <dl className="grid max-w-xl grid-cols-[10rem_1fr] gap-x-4 gap-y-2 rounded-lg border border-line bg-panel p-4 text-sm">
          <dt className="text-faint">{t('settings.version')}</dt>
          <dd className="font-mono">{version}</dd>
          <dt className="text-faint">{t('overview.baseUrl')}</dt>
          <dd className="font-mono break-all">{app_base_url}</dd>
          <dt className="text-faint">{t('settings.dataDir')}</dt>
          <dd className="font-mono break-all">{overview?.data_dir ?? '–'}</dd>
        </dl>
      )}
    </Shown>
  );
}
