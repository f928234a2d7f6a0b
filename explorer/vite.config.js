import { defineConfig } from "vite";

export default defineConfig({
  base: "/graphql/",
  build: {
    outDir: "../graph/static",
    emptyOutDir: true,
    target: "es2022",
    // The icon as a file of its own: everything the page loads lies in assets/.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 4000,
    // "use client" in the libraries means nothing to a page without a server part.
    rolldownOptions: { checks: { moduleLevelDirective: false } },
  },
  worker: { format: "es" },
});
