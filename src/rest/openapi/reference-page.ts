/** The description for people: Swagger UI out of our own package, in one page that asks nobody else. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { createPage, type Page } from '../../page.ts';

export function createReferencePage(): Page {
  return createPage(async () => {
    const folder = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
    const [script, style] = await Promise.all([
      readFile(join(folder, 'swagger-ui-bundle.js'), 'utf8'),
      readFile(join(folder, 'swagger-ui.css'), 'utf8'),
    ]);
    return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>GoForward REST</title>
<link rel="icon" href="data:,">
<style>${style.replaceAll('</style', '<\\/style')}</style>
<style>${OWN_STYLE}</style>
</head>
<body>
<form id="who">
<label>Key or token <input name="key" size="60" autocomplete="off" placeholder="empty: the anonymous role"></label>
<label>Schema <input name="schema" size="16" placeholder="the first one"></label>
<button>Show what it may do</button>
</form>
<main id="reference"></main>
<script>${script.replaceAll('</script', '<\\/script')}</script>
<script>${OWN_SCRIPT}</script>
</body>
</html>
`;
  });
}

const OWN_STYLE = `
body { margin: 0 }
#who { display: flex; gap: 1rem; align-items: center; flex-wrap: wrap; padding: .75rem 1.25rem; font: 14px sans-serif; background: #1b1b1b; color: #fff }
#who input { font: 13px monospace; padding: .25rem }
`;

/** A key goes as apikey; a token, and a key that is one, as Bearer too, as clients send it. */
const OWN_SCRIPT = `
const form = document.getElementById('who');
const show = () => {
  const key = form.elements.key.value.trim();
  const schema = form.elements.schema.value.trim();
  SwaggerUIBundle({
    url: location.pathname,
    dom_id: '#reference',
    deepLinking: true,
    validatorUrl: null,
    docExpansion: 'none',
    requestInterceptor: (request) => {
      if (request.loadSpec) request.headers.Accept = 'application/openapi+json';
      if (key) request.headers.apikey = key;
      if (key.split('.').length === 3) request.headers.Authorization = 'Bearer ' + key;
      if (schema) {
        request.headers['Accept-Profile'] = schema;
        request.headers['Content-Profile'] = schema;
      }
      return request;
    },
  });
};
form.addEventListener('submit', (event) => { event.preventDefault(); show(); });
show();
`;
