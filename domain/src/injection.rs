//! Variables and files: how secret names become them, what collides, what cannot be carried.
