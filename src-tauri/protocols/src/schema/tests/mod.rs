mod large;
mod laws;
mod openapi;
mod shapes;
