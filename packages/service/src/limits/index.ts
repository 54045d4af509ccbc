export { type ClientLimit, createClientLimit, isLoopback, nameClient } from './client-limit.ts'
