use super::digest::Fields;
use memory_core::Result;
use turso_compression::Packer;
use turso_conn::Value;

/// The values of a row whose payload is still to be digested and packed, the part that takes long.
pub(crate) struct Plain {
    /// What the error of a payload says was being done.
    pub(crate) packing: &'static str,
    pub(crate) payload: Vec<u8>,
    /// What is digested beside the payload.
    pub(crate) fields: Fields,
    /// The values before the digest, in the order of the SQL.
    pub(crate) before: Vec<Value>,
    /// Those between the digest and the payload.
    pub(crate) after: Vec<Value>,
}

impl Plain {
    /// All values, the packed payload last.
    pub(crate) fn pack(self, packer: &Packer) -> Result<Vec<Value>> {
        let envelope = packer
            .pack(&self.payload)
            .map_err(|e| crate::error::payload(self.packing, e))?;
        let mut values = self.before;
        values.push(self.fields.digest(&self.payload).into());
        values.extend(self.after);
        values.push(envelope.into());
        Ok(values)
    }
}
