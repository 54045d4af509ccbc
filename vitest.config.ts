import { defineConfig } from 'vitest/config'

export default defineConfig({
  resolve: { conditions: ['veritee-source'] },
  ssr: { resolve: { conditions: ['veritee-source', 'node', 'module', 'default'] } },
  test: {
    include: ['packages/*/src/**/*.test.ts', 'packages/*/conformance/**/*.test.ts', 'e2e/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: ['default'],
  },
})
