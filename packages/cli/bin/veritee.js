#!/usr/bin/env node
console.error('veritee is not built yet')
