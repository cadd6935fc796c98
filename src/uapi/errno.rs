// SPDX-License-Identifier: MIT OR Apache-2.0
//! Names and texts of errno values. Numbers come from libc, since architectures differ; texts are one
//! string rather than pointers, which would each cost a relocation when the library is loaded.

pub use libc::{
    E2BIG, EAGAIN, EBADF, EBADMSG, EBUSY, ECANCELED, ECHILD, EEXIST, EFBIG, EINTR, EINVAL, EIO,
    EMSGSIZE, ENETUNREACH, ENOBUFS, ENODEV, ENOENT, ENOMEM, ENOPROTOOPT, ENOSYS, ENOTCONN,
    EOPNOTSUPP, EOVERFLOW, EPERM, EPROTO, EPROTOTYPE, ERANGE, ESTALE, ETIMEDOUT,
};

/// The name and the text of `errno`: `("ENODEV", "No such device")`.
pub fn describe(errno: i32) -> Option<(&'static str, &'static str)> {
    let row = NUMBERS.iter().position(|&n| i32::from(n) == errno)?;
    let mut words = TEXTS.split(|&b| b == b'\n').nth(row)?.splitn(2, |&b| b == b' ');
    let mut text = || words.next().and_then(|w| core::str::from_utf8(w).ok());
    Some((text()?, text()?))
}

const NUMBERS: [u16; 130] = [
    libc::EPERM as u16,
    libc::ENOENT as u16,
    libc::ESRCH as u16,
    libc::EINTR as u16,
    libc::EIO as u16,
    libc::ENXIO as u16,
    libc::E2BIG as u16,
    libc::ENOEXEC as u16,
    libc::EBADF as u16,
    libc::ECHILD as u16,
    libc::EAGAIN as u16,
    libc::ENOMEM as u16,
    libc::EACCES as u16,
    libc::EFAULT as u16,
    libc::ENOTBLK as u16,
    libc::EBUSY as u16,
    libc::EEXIST as u16,
    libc::EXDEV as u16,
    libc::ENODEV as u16,
    libc::ENOTDIR as u16,
    libc::EISDIR as u16,
    libc::EINVAL as u16,
    libc::ENFILE as u16,
    libc::EMFILE as u16,
    libc::ENOTTY as u16,
    libc::ETXTBSY as u16,
    libc::EFBIG as u16,
    libc::ENOSPC as u16,
    libc::ESPIPE as u16,
    libc::EROFS as u16,
    libc::EMLINK as u16,
    libc::EPIPE as u16,
    libc::EDOM as u16,
    libc::ERANGE as u16,
    libc::EDEADLK as u16,
    libc::ENAMETOOLONG as u16,
    libc::ENOLCK as u16,
    libc::ENOSYS as u16,
    libc::ENOTEMPTY as u16,
    libc::ELOOP as u16,
    libc::ENOMSG as u16,
    libc::EIDRM as u16,
    libc::ECHRNG as u16,
    libc::EL2NSYNC as u16,
    libc::EL3HLT as u16,
    libc::EL3RST as u16,
    libc::ELNRNG as u16,
    libc::EUNATCH as u16,
    libc::ENOCSI as u16,
    libc::EL2HLT as u16,
    libc::EBADE as u16,
    libc::EBADR as u16,
    libc::EXFULL as u16,
    libc::ENOANO as u16,
    libc::EBADRQC as u16,
    libc::EBADSLT as u16,
    libc::EBFONT as u16,
    libc::ENOSTR as u16,
    libc::ENODATA as u16,
    libc::ETIME as u16,
    libc::ENOSR as u16,
    libc::ENONET as u16,
    libc::ENOPKG as u16,
    libc::EREMOTE as u16,
    libc::ENOLINK as u16,
    libc::EADV as u16,
    libc::ESRMNT as u16,
    libc::ECOMM as u16,
    libc::EPROTO as u16,
    libc::EMULTIHOP as u16,
    libc::EDOTDOT as u16,
    libc::EBADMSG as u16,
    libc::EOVERFLOW as u16,
    libc::ENOTUNIQ as u16,
    libc::EBADFD as u16,
    libc::EREMCHG as u16,
    libc::ELIBACC as u16,
    libc::ELIBBAD as u16,
    libc::ELIBSCN as u16,
    libc::ELIBMAX as u16,
    libc::ELIBEXEC as u16,
    libc::EILSEQ as u16,
    libc::ERESTART as u16,
    libc::ESTRPIPE as u16,
    libc::EUSERS as u16,
    libc::ENOTSOCK as u16,
    libc::EDESTADDRREQ as u16,
    libc::EMSGSIZE as u16,
    libc::EPROTOTYPE as u16,
    libc::ENOPROTOOPT as u16,
    libc::EPROTONOSUPPORT as u16,
    libc::ESOCKTNOSUPPORT as u16,
    libc::EOPNOTSUPP as u16,
    libc::EPFNOSUPPORT as u16,
    libc::EAFNOSUPPORT as u16,
    libc::EADDRINUSE as u16,
    libc::EADDRNOTAVAIL as u16,
    libc::ENETDOWN as u16,
    libc::ENETUNREACH as u16,
    libc::ENETRESET as u16,
    libc::ECONNABORTED as u16,
    libc::ECONNRESET as u16,
    libc::ENOBUFS as u16,
    libc::EISCONN as u16,
    libc::ENOTCONN as u16,
    libc::ESHUTDOWN as u16,
    libc::ETOOMANYREFS as u16,
    libc::ETIMEDOUT as u16,
    libc::ECONNREFUSED as u16,
    libc::EHOSTDOWN as u16,
    libc::EHOSTUNREACH as u16,
    libc::EALREADY as u16,
    libc::EINPROGRESS as u16,
    libc::ESTALE as u16,
    libc::EUCLEAN as u16,
    libc::ENOTNAM as u16,
    libc::ENAVAIL as u16,
    libc::EISNAM as u16,
    libc::EREMOTEIO as u16,
    libc::EDQUOT as u16,
    libc::ENOMEDIUM as u16,
    libc::EMEDIUMTYPE as u16,
    libc::ECANCELED as u16,
    libc::ENOKEY as u16,
    libc::EKEYEXPIRED as u16,
    libc::EKEYREVOKED as u16,
    libc::EKEYREJECTED as u16,
    libc::EOWNERDEAD as u16,
    libc::ENOTRECOVERABLE as u16,
    libc::ERFKILL as u16,
];

const TEXTS: &[u8] = b"\
EPERM Operation not permitted\n\
ENOENT No such file or directory\n\
ESRCH No such process\n\
EINTR Interrupted system call\n\
EIO Input/output error\n\
ENXIO No such device or address\n\
E2BIG Argument list too long\n\
ENOEXEC Exec format error\n\
EBADF Bad file descriptor\n\
ECHILD No child processes\n\
EAGAIN Resource temporarily unavailable\n\
ENOMEM Cannot allocate memory\n\
EACCES Permission denied\n\
EFAULT Bad address\n\
ENOTBLK Block device required\n\
EBUSY Device or resource busy\n\
EEXIST File exists\n\
EXDEV Invalid cross-device link\n\
ENODEV No such device\n\
ENOTDIR Not a directory\n\
EISDIR Is a directory\n\
EINVAL Invalid argument\n\
ENFILE Too many open files in system\n\
EMFILE Too many open files\n\
ENOTTY Inappropriate ioctl for device\n\
ETXTBSY Text file busy\n\
EFBIG File too large\n\
ENOSPC No space left on device\n\
ESPIPE Illegal seek\n\
EROFS Read-only file system\n\
EMLINK Too many links\n\
EPIPE Broken pipe\n\
EDOM Numerical argument out of domain\n\
ERANGE Numerical result out of range\n\
EDEADLK Resource deadlock avoided\n\
ENAMETOOLONG File name too long\n\
ENOLCK No locks available\n\
ENOSYS Function not implemented\n\
ENOTEMPTY Directory not empty\n\
ELOOP Too many levels of symbolic links\n\
ENOMSG No message of desired type\n\
EIDRM Identifier removed\n\
ECHRNG Channel number out of range\n\
EL2NSYNC Level 2 not synchronized\n\
EL3HLT Level 3 halted\n\
EL3RST Level 3 reset\n\
ELNRNG Link number out of range\n\
EUNATCH Protocol driver not attached\n\
ENOCSI No CSI structure available\n\
EL2HLT Level 2 halted\n\
EBADE Invalid exchange\n\
EBADR Invalid request descriptor\n\
EXFULL Exchange full\n\
ENOANO No anode\n\
EBADRQC Invalid request code\n\
EBADSLT Invalid slot\n\
EBFONT Bad font file format\n\
ENOSTR Device not a stream\n\
ENODATA No data available\n\
ETIME Timer expired\n\
ENOSR Out of streams resources\n\
ENONET Machine is not on the network\n\
ENOPKG Package not installed\n\
EREMOTE Object is remote\n\
ENOLINK Link has been severed\n\
EADV Advertise error\n\
ESRMNT Srmount error\n\
ECOMM Communication error on send\n\
EPROTO Protocol error\n\
EMULTIHOP Multihop attempted\n\
EDOTDOT RFS specific error\n\
EBADMSG Bad message\n\
EOVERFLOW Value too large for defined data type\n\
ENOTUNIQ Name not unique on network\n\
EBADFD File descriptor in bad state\n\
EREMCHG Remote address changed\n\
ELIBACC Can not access a needed shared library\n\
ELIBBAD Accessing a corrupted shared library\n\
ELIBSCN .lib section in a.out corrupted\n\
ELIBMAX Attempting to link in too many shared libraries\n\
ELIBEXEC Cannot exec a shared library directly\n\
EILSEQ Invalid or incomplete multibyte or wide character\n\
ERESTART Interrupted system call should be restarted\n\
ESTRPIPE Streams pipe error\n\
EUSERS Too many users\n\
ENOTSOCK Socket operation on non-socket\n\
EDESTADDRREQ Destination address required\n\
EMSGSIZE Message too long\n\
EPROTOTYPE Protocol wrong type for socket\n\
ENOPROTOOPT Protocol not available\n\
EPROTONOSUPPORT Protocol not supported\n\
ESOCKTNOSUPPORT Socket type not supported\n\
EOPNOTSUPP Operation not supported\n\
EPFNOSUPPORT Protocol family not supported\n\
EAFNOSUPPORT Address family not supported by protocol\n\
EADDRINUSE Address already in use\n\
EADDRNOTAVAIL Cannot assign requested address\n\
ENETDOWN Network is down\n\
ENETUNREACH Network is unreachable\n\
ENETRESET Network dropped connection on reset\n\
ECONNABORTED Software caused connection abort\n\
ECONNRESET Connection reset by peer\n\
ENOBUFS No buffer space available\n\
EISCONN Transport endpoint is already connected\n\
ENOTCONN Transport endpoint is not connected\n\
ESHUTDOWN Cannot send after transport endpoint shutdown\n\
ETOOMANYREFS Too many references: cannot splice\n\
ETIMEDOUT Connection timed out\n\
ECONNREFUSED Connection refused\n\
EHOSTDOWN Host is down\n\
EHOSTUNREACH No route to host\n\
EALREADY Operation already in progress\n\
EINPROGRESS Operation now in progress\n\
ESTALE Stale file handle\n\
EUCLEAN Structure needs cleaning\n\
ENOTNAM Not a XENIX named type file\n\
ENAVAIL No XENIX semaphores available\n\
EISNAM Is a named type file\n\
EREMOTEIO Remote I/O error\n\
EDQUOT Disk quota exceeded\n\
ENOMEDIUM No medium found\n\
EMEDIUMTYPE Wrong medium type\n\
ECANCELED Operation canceled\n\
ENOKEY Required key not available\n\
EKEYEXPIRED Key has expired\n\
EKEYREVOKED Key has been revoked\n\
EKEYREJECTED Key was rejected by service\n\
EOWNERDEAD Owner died\n\
ENOTRECOVERABLE State not recoverable\n\
ERFKILL Operation not possible due to RF-kill";
