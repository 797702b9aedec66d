//! (first line of the room)
