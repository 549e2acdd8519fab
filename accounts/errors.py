"""What can go wrong with people."""

from core import errors


class EmailTaken(errors.Conflict):
    code = "email_taken"
    message = "There is an account with this e-mail address already."


class PasswordWeak(errors.Invalid):
    code = "password_weak"
    message = "Choose a better password."


class NameTooLong(errors.Invalid):
    code = "name_too_long"
    message = "A first and a last name may have 150 characters each."


class InvalidCredentials(errors.Unauthenticated):
    code = "invalid_credentials"
    message = "E-mail address or password is wrong."


class RefreshTokenInvalid(errors.Unauthenticated):
    code = "refresh_token_invalid"
    message = "The refresh token is not valid, has expired, or its session has ended."


class RefreshTokenReused(errors.Unauthenticated):
    code = "refresh_token_reused"
    message = "This refresh token was used before, so its session has been ended. Sign in again."
