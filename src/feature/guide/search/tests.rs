//! Tests of the search: parents' sentences, and chatter.
