export { admitAddress, admitClient } from './admission.ts'
export { type ClientLimit, createClientLimit, isLoopback, nameClient } from './client-limit.ts'
