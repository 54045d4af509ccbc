export { admitAddress, admitClient, isLocalRequest } from './admission.ts'
export { type ClientLimit, createClientLimit, isLoopback, nameClient } from './client-limit.ts'
