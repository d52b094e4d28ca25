//! Embeddings of images, and what is decided by them: cleansing, de-duplication, selection.
