mod laws;
mod openapi;
mod shapes;
