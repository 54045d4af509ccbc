/** How a service is put together: what it stands on, its rooms, the faces of them, the doors to those. */
export { type Addresses, createDoors, type Doors } from './doors.ts'
export { type Foundation, layFoundation } from './foundation.ts'
export { renewLive } from './live.ts'
export { openRooms, type Rooms } from './rooms.ts'
